import { setImmediate as nextTurn } from "node:timers/promises";
import { MAX_SUBSCRIPTIONS } from "../../protocol/limits.ts";
import { covers } from "../auth/grants.ts";
import type { SubscriptionDocument } from "../subscriptions.ts";
import { authorize, insufficientScope } from "./request/authorize.ts";
import { corsHeaders, playgroundRefusal } from "./request/origin.ts";
import { failure } from "./service/failure.ts";
import { type ProblemName, problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

/** The time for making documents in one turn of the event loop, in milliseconds. */
const TURN_MS = 2;
/** The approximate length of a written piece, in characters. */
const PIECE_LENGTH = 16_384;

/**
 * GET: returns all active subscriptions, those of one matcher, or a single one. Source: Mercure, section Subscription API.
 * @param rest the address after `…/subscriptions`, unchanged: empty, `/{match_type}/{match}`, or `/{match_type}/{match}/{subscriber}`
 */
export async function subscriptions(
  service: Service,
  request: Request,
  rest: string,
): Promise<Response> {
  const { hub } = service;
  const cors = corsHeaders(service, request);
  const refused = (name: ProblemName, detail: string): Response => {
    hub.meter.refused(name);
    return problemResponse(name, detail, cors);
  };
  const stranger = playgroundRefusal(service, request);
  if (stranger) return refused(...stranger);
  const authorized = await authorize(service, request, "subscriber", cors, {
    connection: hub.connections.newId(),
  });
  if (!authorized.ok) return authorized.response;
  // [spec] The topic to authorize is the address in relative form.
  const id = `${hub.url.path}/subscriptions${rest}`;
  if (!covers(authorized.access, "subscribe", id)) {
    return insufficientScope(
      service,
      `the access token does not grant to subscribe to ${id}`,
      cors,
    );
  }
  const asked = parseRest(rest);
  if (!asked) return refused("not-found", "no such address");
  try {
    // The cursor is read before the list. So a subscription that begins or ends during the writing is an event after the cursor.
    const cursor = hub.lastEventId;
    const found = hub.subscriptions.list(asked);
    const one = asked.subscriber === undefined ? undefined : found.next();
    if (one?.done) return refused("not-found", "this subscription is not active, or never was");
    const link = `<${hub.url.href}>; rel="mercure"; last-event-id="${cursor}"; type="mercure"; content-type="application/json"`;
    const { expiresAt } = authorized.access;
    const isOver = () => hub.timers.now() >= expiresAt;
    const body = one ? JSON.stringify(one.value) : inPieces(collectionText(id, found), isOver);
    return new Response(body, {
      headers: {
        "Content-Type": "application/json",
        // The list is for this token only, and changes at any time.
        "Cache-Control": "private, no-cache, must-revalidate",
        ETag: `"${cursor}"`,
        Link: link,
        ...cors,
      },
    });
  } catch (error) {
    return failure(service, error, cors);
  }
}

/** Yields a collection as JSON, piece by piece. */
function* collectionText(
  id: string,
  found: Iterable<SubscriptionDocument>,
): Generator<string, void, void> {
  yield `{"id":${JSON.stringify(id)},"type":"subscriptions","subscriptions":[`;
  let count = 0;
  for (const document of found) {
    yield `${count === 0 ? "" : ","}${JSON.stringify(document)}`;
    count += 1;
    if (count === MAX_SUBSCRIPTIONS) break;
  }
  yield "]}";
}

/**
 * Returns a stream of the texts. It produces them only as fast as they are read, and lets other work run in between.
 * @param isOver whether to stop, because the token has expired: the reader may be slow, or have stalled
 */
function inPieces(
  texts: Iterator<string, void, void>,
  isOver: () => boolean,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        await nextTurn();
        // Next treats an error with this name as a reader that has left.
        if (isOver()) throw new DOMException("the access token has ended", "AbortError");
        const until = performance.now() + TURN_MS;
        let piece = "";
        do {
          const next = texts.next();
          if (next.done) {
            if (piece !== "") controller.enqueue(encoder.encode(piece));
            controller.close();
            return;
          }
          piece += next.value;
        } while (piece.length < PIECE_LENGTH && performance.now() < until);
        controller.enqueue(encoder.encode(piece));
      },
    },
    { highWaterMark: 0 },
  );
}

function parseRest(rest: string) {
  if (rest === "") return {};
  try {
    const [type, match, subscriber, more] = rest.slice(1).split("/").map(decodeURIComponent);
    if (!type || !match || more !== undefined) return undefined;
    return subscriber === undefined ? { type, match } : { type, match, subscriber };
  } catch {
    return undefined;
  }
}
