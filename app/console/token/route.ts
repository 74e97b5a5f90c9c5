import { mint } from "../../../hub/http/mint.ts";
import { runtime } from "../../../server/runtime.ts";
import { postHandlers } from "../post-handlers.ts";

/** A playground's tokens, for the console and for trying things out; elsewhere there is nothing here. */
export const { POST, OPTIONS, GET, PUT, PATCH, DELETE } = postHandlers((request) =>
  mint(runtime().service, request),
);
