import type { HeartbeatKind } from "../connection.ts";
import { encodeFarewell } from "../encode.ts";
import type { Hub, Refusal } from "../hub.ts";
import { WebStreamSink } from "../sink/web-stream.ts";
import { problemResponse } from "./problem.ts";

// `no-transform` keeps compressors away: a compressed stream is held back until a block is full.
// `X-Accel-Buffering` tells nginx the same. The clock is public, so any page may read it.
const STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no",
  "Access-Control-Allow-Origin": "*",
};

const METHODS = "GET, HEAD, OPTIONS";

/** GET: opens a stream, which ends when the request is aborted. */
export function subscribe(hub: Hub, request: Request): Response {
  const heartbeat = parseHeartbeat(request);
  if (heartbeat === undefined) return badHeartbeat();
  const { sink, subscribed } = hub.outside(() => {
    const sink = new WebStreamSink({ longLived: hub.longLived });
    return { sink, subscribed: hub.subscribeToClock({ sink, heartbeat }) };
  });
  if (!subscribed.open) return refuse(hub, request, subscribed.reason);
  const { connection } = subscribed;
  if (request.signal.aborted) connection.closed();
  else request.signal.addEventListener("abort", () => connection.closed(), { once: true });
  return new Response(sink.body, { headers: STREAM_HEADERS });
}

/** HEAD: what GET would answer, without its body; no stream is opened. Source: RFC 9110, section 9.3.2. */
export function head(hub: Hub, request: Request): Response {
  const reason = hub.refusal();
  const { status, headers } =
    parseHeartbeat(request) === undefined
      ? badHeartbeat()
      : reason === undefined
        ? new Response(null, { headers: STREAM_HEADERS })
        : refuse(hub, request, reason);
  return new Response(null, { status, headers });
}

/** OPTIONS, a browser's preflight too. Source: WHATWG Fetch, section 3.3 (CORS protocol). */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      Allow: METHODS,
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": METHODS,
      "Access-Control-Allow-Headers": "Accept, Cache-Control, Last-Event-ID",
      "Access-Control-Max-Age": "86400",
    },
  });
}

/** Any other method. Source: RFC 9110, section 15.5.6. */
export function methodNotAllowed(request: Request): Response {
  return problemResponse(
    {
      status: 405,
      title: "Method not allowed",
      detail: `${request.method} is not one of ${METHODS}`,
    },
    { Allow: METHODS },
  );
}

function parseHeartbeat(request: Request): HeartbeatKind | undefined {
  const raw = new URL(request.url).searchParams.get("heartbeat") ?? "comment";
  return raw === "comment" || raw === "event" ? raw : undefined;
}

function badHeartbeat(): Response {
  return problemResponse({
    status: 400,
    title: "Bad query parameter",
    detail: "heartbeat is `comment` (the default) or `event`",
  });
}

// [spec] An EventSource that gets anything but a 200 never comes back by itself: HTML, section 9.2.3. So it gets one, and is told when.
function refuse(hub: Hub, request: Request, reason: Refusal): Response {
  const retryMs = hub.retryMs(reason);
  switch (reason) {
    case "shutdown":
      return farewell(retryMs);
    case "full":
      if (request.headers.get("accept")?.includes("text/event-stream")) return farewell(retryMs);
      return problemResponse(
        {
          status: 503,
          title: "Too many streams",
          detail: `all ${hub.limits.maxConnections} streams are taken: come back later`,
        },
        { "Retry-After": String(Math.ceil(retryMs / 1000)) },
      );
  }
}

function farewell(retryMs: number): Response {
  return new Response(encodeFarewell(retryMs).bytes, { headers: STREAM_HEADERS });
}
