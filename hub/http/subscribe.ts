import type { Access } from "../auth/access.ts";
import { covers } from "../auth/grants.ts";
import { askForNumbers, numbersTopic } from "../stats/numbers.ts";
import type { Limits, Refusal } from "../streams/connections.ts";
import { WebStreamSink } from "../streams/web-stream.ts";
import { encodeFarewell } from "../wire/encode.ts";
import { authorize, insufficientScope, isAnonymous } from "./request/authorize.ts";
import { clientOf, lacksSocket } from "./request/client.ts";
import { corsHeaders, PUBLIC, playgroundRefusal } from "./request/origin.ts";
import {
  asksForClock,
  fieldValue,
  parseStreamQuery,
  type StreamOptions,
  type StreamQuery,
} from "./request/stream-request.ts";
import { failure } from "./service/failure.ts";
import { type ProblemName, problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

// `no-transform` prevents compression: a compressor delays events until a block is full.
// `X-Accel-Buffering` prevents buffering in nginx.
const STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no",
};

type Headers = Readonly<Record<string, string>>;

/** GET: opens a stream. The stream ends when the request is aborted. Source: Mercure, section Subscription. */
export async function subscribe(
  service: Service,
  request: Request,
  options: StreamOptions,
): Promise<Response> {
  const { hub } = service;
  // A stream without a socket would never be closed.
  if (lacksSocket(service, request)) {
    hub.meter.refused("no-socket");
    const cors = asksForClock(request, options) ? PUBLIC : corsHeaders(service, request);
    return farewell(hub.connections.retryMs("shutdown"), cors);
  }
  const admitted = await admit(service, request, options);
  if (!admitted.ok) return admitted.response;
  const { id, query, access, client, cors } = admitted;
  const reset = service.sockets.resetOf(request);
  const sink = hub.outside(() => new WebStreamSink({ longLived: hub.longLived, reset }));
  try {
    const { heartbeat, matchers, lastEventId } = query;
    const subscribed = await hub.outside(async () =>
      matchers.length === 0
        ? hub.subscribeToClock({ id, sink, heartbeat, client })
        : hub.subscribe({ id, sink, heartbeat, client, matchers, access, lastEventId }),
    );
    if (!subscribed.open) return refuse(service, request, subscribed.reason, cors);
    const { connection } = subscribed;
    if (request.signal.aborted) connection.closed();
    else request.signal.addEventListener("abort", () => connection.closed(), { once: true });
    const resumed = subscribed.lastEventId;
    return new Response(sink.body, {
      headers: {
        ...STREAM_HEADERS,
        ...cors,
        ...(resumed === undefined ? {} : { "Mercure-Last-Event-ID": fieldValue(resumed) }),
      },
    });
  } catch (error) {
    return failure(service, error, cors, { connection: id });
  }
}

/** HEAD: answers like GET, but without a body. No stream is opened. Source: RFC 9110, section 9.3.2. */
export async function head(
  service: Service,
  request: Request,
  options: StreamOptions,
): Promise<Response> {
  const { status, headers } = await headOf(service, request, options);
  return new Response(null, { status, headers });
}

async function headOf(
  service: Service,
  request: Request,
  options: StreamOptions,
): Promise<Response> {
  const admitted = await admit(service, request, options);
  if (!admitted.ok) return admitted.response;
  const { client, cors, query } = admitted;
  const reason = service.hub.refusal(client, query.matchers);
  if (reason) return refuse(service, request, reason, cors);
  return new Response(null, { headers: { ...STREAM_HEADERS, ...cors } });
}

type Admitted =
  | {
      readonly ok: true;
      readonly id: string;
      readonly query: StreamQuery;
      readonly access: Access | undefined;
      readonly client: string;
      readonly cors: Headers;
    }
  | { readonly ok: false; readonly response: Response };

/** Checks a request for a stream, except whether the hub has room for one more stream. */
async function admit(
  service: Service,
  request: Request,
  { clock }: StreamOptions,
): Promise<Admitted> {
  const cors = corsHeaders(service, request);
  const id = service.hub.connections.newId();
  const refused = (name: ProblemName, detail: string): Admitted => {
    service.hub.meter.refused(name);
    service.logger.info({ connection: id, problem: name }, "stream refused");
    return { ok: false, response: problemResponse(name, detail, cors) };
  };
  const parsed = await parseStreamQuery(request, service.hub.url);
  if (!parsed.ok) return refused(parsed.name, parsed.problem);
  const { query } = parsed;
  if (query.matchers.length === 0) {
    if (!clock) return refused("bad-matcher", "no matcher: give at least one, such as match=*");
    const client = clientOf(service, request, undefined);
    return { ok: true, id, query, access: undefined, client, cors: PUBLIC };
  }
  const numbers = askForNumbers(query.matchers, service.hub.url);
  if (numbers === "mixed") {
    const topic = numbersTopic(service.hub.url);
    return refused("bad-matcher", `${topic} is a stream of its own: subscribe to it alone`);
  }
  const stranger = playgroundRefusal(service, request);
  if (stranger) return refused(...stranger);
  // The stats are private: without a token the stream would stay empty for ever.
  if (numbers === "no" && isAnonymous(service, request)) {
    const client = clientOf(service, request, undefined);
    return { ok: true, id, query, access: undefined, client, cors };
  }
  const authorized = await authorize(service, request, "subscriber", cors, { connection: id });
  if (!authorized.ok) return authorized;
  const { access } = authorized;
  if (numbers === "alone" && !covers(access, "subscribe", numbersTopic(service.hub.url))) {
    const detail = "the access token does not grant to subscribe to the hub's numbers";
    return { ok: false, response: insufficientScope(service, detail, cors) };
  }
  return { ok: true, id, query, access, client: clientOf(service, request, access), cors };
}

// [spec] An EventSource does not reconnect after any status but 200: HTML, section 9.2.3. So it gets a 200, with the time to reconnect.
function refuse(service: Service, request: Request, reason: Refusal, cors: Headers): Response {
  const { connections, limits, meter } = service.hub;
  const retryMs = connections.retryMs(reason);
  meter.refused(reason);
  if (reason === "shutdown" || request.headers.get("accept")?.includes("text/event-stream")) {
    return farewell(retryMs, cors);
  }
  return problemResponse(...problemOf(reason, limits), {
    "Retry-After": String(Math.ceil(retryMs / 1000)),
    ...cors,
  });
}

/** Returns the problem for a refusal. The detail names the limit that is reached. */
function problemOf(
  reason: Exclude<Refusal, "shutdown">,
  { maxConnections, maxConnectionsPerClient }: Limits,
): readonly [name: ProblemName, detail: string] {
  const others = "exact topics, * and patterns that are subscribed with already can be had";
  switch (reason) {
    case "full":
      return ["too-many-streams", `all ${maxConnections} streams are taken: come back later`];
    case "client full":
      return [
        "too-many-of-client",
        `this client has ${maxConnectionsPerClient} streams open, which is as many as one may have`,
      ];
    case "patterns full":
      return [
        "too-many-patterns",
        `no more new URL patterns fit now: ${others}; come back later with these`,
      ];
    case "client patterns full":
      return [
        "too-many-patterns-of-client",
        `this client subscribes with as many URL patterns as one may: ${others}`,
      ];
  }
}

/** Returns a stream that ends at once. Its client reconnects after `retryMs` milliseconds. */
function farewell(retryMs: number, cors: Headers): Response {
  return new Response(encodeFarewell(retryMs).bytes, { headers: { ...STREAM_HEADERS, ...cors } });
}
