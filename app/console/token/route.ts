import { mint } from "../../../hub/http/mint.ts";
import { runtime } from "../../../server/runtime.ts";
import { postHandlers } from "../post-handlers.ts";

/** Mints tokens for the console and for tests, in a playground. Elsewhere it answers 404. */
export const { POST, OPTIONS, GET, PUT, PATCH, DELETE } = postHandlers((request) =>
  mint(runtime().service, request),
);
