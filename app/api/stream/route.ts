import * as methods from "../../../hub/http/methods.ts";
import { publish } from "../../../hub/http/publish.ts";
import * as stream from "../../../hub/http/subscribe.ts";
import { runtime } from "../../../runtime.ts";

// Seconds. Next reads it from this file's text, so it is a literal; the stream ends itself before (MAX_CONNECTION_SECONDS).
export const maxDuration = 300;

const METHODS = "GET, HEAD, POST, OPTIONS";
// Without a matcher: the server's clock.
const OPTIONS_OF_STREAMS = { clock: true };

export const GET = (request: Request) =>
  stream.subscribe(runtime().service, request, OPTIONS_OF_STREAMS);
// Next would answer HEAD by running GET, and never read the stream that it opens.
export const HEAD = (request: Request) =>
  stream.head(runtime().service, request, OPTIONS_OF_STREAMS);
export const POST = (request: Request) => publish(runtime().service, request);
export const OPTIONS = (request: Request) =>
  methods.preflight(runtime().service, request, METHODS, OPTIONS_OF_STREAMS);
export const PUT = (request: Request) => methods.methodNotAllowed(request, METHODS);
export const PATCH = PUT;
export const DELETE = PUT;
