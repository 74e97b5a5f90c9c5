import { corsHeaders, PUBLIC } from "./request/origin.ts";
import { asksForClock, type StreamOptions } from "./request/stream-request.ts";
import { problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

const ALLOWED_FIELDS =
  "Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID";

/** Answers OPTIONS, including a browser's preflight. Source: WHATWG Fetch, section 3.3 (CORS protocol). */
export function preflight(
  service: Service,
  request: Request,
  methods: string,
  options?: StreamOptions,
): Response {
  const isClock = options !== undefined && asksForClock(request, options);
  return new Response(null, {
    status: 204,
    headers: {
      Allow: methods,
      ...(isClock ? PUBLIC : corsHeaders(service, request)),
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers": ALLOWED_FIELDS,
      "Access-Control-Max-Age": "86400",
    },
  });
}

/** Answers a method that the address does not support. Source: RFC 9110, section 15.5.6. */
export function methodNotAllowed(request: Request, methods: string): Response {
  return problemResponse("method-not-allowed", `${request.method} is not one of ${methods}`, {
    Allow: methods,
  });
}

/** Answers an unknown address below the hub's URL. */
export function notFound(): Response {
  return problemResponse("not-found", "no such address");
}
