import { covers } from "../auth/grants.ts";
import { authorize, insufficientScope } from "./authorize.ts";
import { failure } from "./failure.ts";
import { corsHeaders, playgroundRefusal } from "./origin.ts";
import { type ProblemName, problemResponse } from "./problem.ts";
import type { Service } from "./service.ts";

/** A collection shows no more at once: its reader narrows it to a matcher. */
const MAX_DOCUMENTS = 10_000;

/**
 * GET: the active subscriptions, those of a matcher, or one. Source: Mercure, section Subscription API.
 * @param rest the address behind `…/subscriptions`, as it came: empty, `/{match_type}/{match}`, or `/{match_type}/{match}/{subscriber}`
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
    const found = hub.subscriptions.list(asked);
    const [first] = found;
    if (asked.subscriber !== undefined && first === undefined) {
      return refused("not-found", "this subscription is not active, or never was");
    }
    const document =
      asked.subscriber === undefined
        ? { id, type: "subscriptions", subscriptions: found.slice(0, MAX_DOCUMENTS) }
        : first;
    const cursor = hub.lastEventId;
    const link = `<${hub.url.href}>; rel="mercure"; last-event-id="${cursor}"; type="mercure"; content-type="application/json"`;
    return new Response(JSON.stringify(document), {
      headers: {
        "Content-Type": "application/json",
        // It is the token's holder's alone, and another one a moment later.
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
