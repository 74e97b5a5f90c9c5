import * as stream from "../../../hub/http/subscribe.ts";
import { runtime } from "../../../runtime.ts";

// Seconds. Next reads it from this file's text, so it is a literal; the stream ends itself before (MAX_CONNECTION_SECONDS).
export const maxDuration = 300;

export const GET = (request: Request) => stream.subscribe(runtime().hub, request);
// Next would answer HEAD by running GET, and never read the stream that it opens.
export const HEAD = (request: Request) => stream.head(runtime().hub, request);
export const OPTIONS = stream.preflight;
export const POST = stream.methodNotAllowed;
export const PUT = stream.methodNotAllowed;
export const PATCH = stream.methodNotAllowed;
export const DELETE = stream.methodNotAllowed;
