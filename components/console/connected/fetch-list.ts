import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import type { HubInfo } from "../lib/hub-info.ts";
import { asCollection, cursorOf } from "./parse-subscription.ts";

export type FetchedList =
  | {
      readonly kind: "list";
      readonly documents: readonly SubscriptionDocument[];
      /** The id to resume after: later events report the changes. */
      readonly cursor: string;
      /** The token also allows these events. */
      readonly changes: boolean;
    }
  /** The hub will refuse again, because of the token. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** Requests the list of subscriptions from the hub. Source: Mercure, section Subscription API. @throws AbortError, and nothing else */
export async function fetchList(
  { path }: Pick<HubInfo, "path">,
  token: string | undefined,
  signal: AbortSignal,
): Promise<FetchedList> {
  const get = (rest: string) =>
    fetch(`${path}/subscriptions${rest}`, {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      // Cookies are not sent: the console only does what its token grants.
      credentials: "omit",
      cache: "no-store",
      signal,
    });
  try {
    const response = await get("");
    const body: unknown = await response.json();
    const { ok, status } = response;
    const why = detailOf(body) ?? `the hub answered ${status}`;
    if (!ok) return { kind: status === 401 || status === 403 ? "refused" : "failed", why };
    const documents = asCollection(body);
    const cursor = cursorOf(response.headers.get("Link"));
    if (!documents || cursor === undefined)
      return { kind: "failed", why: "the answer is no list of subscriptions" };
    // [spec] An event's topic is its subscription's address. A client that gets 403 (and not 404) for an absent subscription does not get
    // its events either.
    const changes = token === undefined || (await get(NOBODY)).status !== 403;
    return { kind: "list", documents, cursor, changes };
  } catch {
    signal.throwIfAborted();
    return { kind: "failed", why: "the hub gave no answer" };
  }
}

/** A subscription that never exists: ids are chosen by the hub, and random. */
const NOBODY = "/exact/nothing/nobody";

/** Returns the detail of a problem document. Source: RFC 9457, section 3.1. */
function detailOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("detail" in body)) return undefined;
  return typeof body.detail === "string" ? body.detail : undefined;
}
