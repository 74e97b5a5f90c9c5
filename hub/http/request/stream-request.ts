import { setImmediate as nextTurn } from "node:timers/promises";
import { MAX_MATCHERS } from "../../../protocol/limits.ts";
import { MATCHER_TYPES } from "../../../protocol/matcher-types.ts";
import type { HubUrl } from "../../base/hub-url.ts";
import type { HeartbeatKind } from "../../streams/connection.ts";
import { type Matcher, parseMatcher } from "../../topics/matcher.ts";
import type { ProblemName } from "../service/problem.ts";
import { decodeUtf8, parseForm } from "./form.ts";
import { queryOf } from "./target.ts";

/** Of all patterns of a request together; a few variables cost some ten. */
const MAX_COST = 4_000;
/** Compiling hostile patterns takes milliseconds each: others get their turn in between. */
const COMPILE_MS = 2;
/** A longer id was never an event's here. */
const MAX_ID_LENGTH = 512;

/**
 * Spellings of `last_event_id` that clients add by themselves when they reconnect, such as event-source-polyfill: what they add is newer
 * than the id that their URL began with.
 */
const LAST_EVENT_ID = /^last[-_]?event[-_]?id$/i;

export interface StreamOptions {
  /** What a request without a matcher gets: the server's clock, or a 400. */
  readonly clock: boolean;
}

/** What a request for a stream asks for, in its query and its fields. */
export interface StreamQuery {
  /** None: the server's clock. */
  readonly matchers: readonly Matcher[];
  readonly heartbeat: HeartbeatKind;
  /** Empty: given, but naming no event. */
  readonly lastEventId: string | undefined;
}

export type ParsedStreamQuery =
  | { readonly ok: true; readonly query: StreamQuery }
  | { readonly ok: false; readonly name: ProblemName; readonly problem: string };

/** Source: Mercure, sections Subscription and Reconnection. What it does not know is ignored, but not in the namespace `match`. */
export async function parseStreamQuery(
  request: Request,
  hubUrl: HubUrl,
): Promise<ParsedStreamQuery> {
  const form = parseForm(queryOf(request));
  if (!form.ok) return { ok: false, name: "bad-parameter", problem: form.problem };
  const matchers = new Map<string, Matcher>();
  let heartbeat: HeartbeatKind = "comment";
  let lastEventId: string | undefined;
  let appended: string | undefined;
  let given = 0;
  let cost = 0;
  let since = performance.now();
  for (const [name, value] of form.pairs) {
    if (isReservedName(name)) {
      given += 1;
      if (given > MAX_MATCHERS)
        return badMatcher(`more than ${MAX_MATCHERS} matchers in one request`);
      const parsed = parseNamed(name, value, hubUrl);
      if (!parsed.ok) return badMatcher(parsed.problem);
      matchers.set(`${parsed.matcher.type}:${value}`, parsed.matcher);
      cost += parsed.matcher.cost;
      if (cost > MAX_COST) return badMatcher("the patterns together are too complex");
      if (performance.now() - since > COMPILE_MS) {
        await nextTurn();
        since = performance.now();
      }
    } else if (name === "last_event_id") lastEventId ??= value;
    else if (LAST_EVENT_ID.test(name)) appended = value || appended;
    else if (name === "heartbeat") {
      if (value !== "comment" && value !== "event") {
        const problem = "heartbeat is `comment` (the default) or `event`";
        return { ok: false, name: "bad-parameter", problem };
      }
      heartbeat = value;
    }
  }
  // [spec] The field takes precedence, but an empty one names no event.
  const field = fieldText(request.headers.get("last-event-id"));
  const seen = (field || appended || lastEventId) ?? field;
  return {
    ok: true,
    query: {
      matchers: [...matchers.values()],
      heartbeat,
      lastEventId: seen?.slice(0, MAX_ID_LENGTH + 1),
    },
  };
}

/** Whether the request is for the server's clock, which is no topic. */
export function asksForClock(request: Request, { clock }: StreamOptions): boolean {
  const form = parseForm(queryOf(request));
  return clock && form.ok && !form.pairs.some(([name]) => isReservedName(name));
}

// [spec] All names that begin with `match`, in whatever case, are reserved: a misspelled type fails loudly.
function isReservedName(name: string): boolean {
  return name.toLowerCase().startsWith("match");
}

function badMatcher(problem: string): ParsedStreamQuery {
  return { ok: false, name: "bad-matcher", problem };
}

function parseNamed(name: string, value: string, hubUrl: HubUrl) {
  const type =
    name === "match" ? "exact" : MATCHER_TYPES.find((known) => name === `match_${known}`);
  if (type === undefined) {
    const known = MATCHER_TYPES.map((each) => `match_${each}`).join(", ");
    return { ok: false, problem: `${name} is not one of match, ${known}` } as const;
  }
  const parsed = parseMatcher(type, value, hubUrl);
  return parsed.ok ? parsed : ({ ok: false, problem: `${name} ${parsed.problem}` } as const);
}

/** Browsers send an id's UTF-8 as it is; a field's value is taken for Latin-1 on its way here. */
function fieldText(value: string | null): string | undefined {
  return value === null ? undefined : (decodeUtf8(Buffer.from(value, "latin1")) ?? value);
}

/** An id's UTF-8 as a field's value. */
export function fieldValue(text: string): string {
  return Buffer.from(text).toString("latin1");
}
