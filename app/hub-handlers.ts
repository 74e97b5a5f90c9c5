import * as methods from "../hub/http/methods.ts";
import { publish } from "../hub/http/publish.ts";
import type { StreamOptions } from "../hub/http/request/stream-request.ts";
import * as stream from "../hub/http/subscribe.ts";
import { runtime } from "../server/runtime.ts";

const METHODS = "GET, HEAD, POST, OPTIONS";

/** Makes the exports of a hub's route: GET subscribes, POST publishes. */
export function hubHandlers(options: StreamOptions) {
  const get = (request: Request) => stream.subscribe(runtime().service, request, options);
  // Next would answer HEAD by running GET, and would never read the stream that GET opens.
  const head = (request: Request) => stream.head(runtime().service, request, options);
  const post = (request: Request) => publish(runtime().service, request);
  const preflight = (request: Request) =>
    methods.preflight(runtime().service, request, METHODS, options);
  const other = (request: Request) => methods.methodNotAllowed(request, METHODS);
  return {
    GET: get,
    HEAD: head,
    POST: post,
    OPTIONS: preflight,
    PUT: other,
    PATCH: other,
    DELETE: other,
  };
}
