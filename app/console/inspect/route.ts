import { inspect } from "../../../hub/http/inspect.ts";
import { runtime } from "../../../server/runtime.ts";
import { postHandlers } from "../post-handlers.ts";

/** Reports what a token grants here, when it expires, and why it would be refused. */
export const { POST, OPTIONS, GET, PUT, PATCH, DELETE } = postHandlers((request) =>
  inspect(runtime().service, request),
);
