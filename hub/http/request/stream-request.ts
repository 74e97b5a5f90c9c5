import { setImmediate as nextTurn } from "node:timers/promises";
import { MAX_MATCHERS } from "../../../protocol/limits.ts";
import { MATCHER_TYPES } from "../../../protocol/matcher-types.ts";
import type { HubUrl } from "../../base/hub-url.ts";
import type { HeartbeatKind } from "../../streams/connection.ts";
import { type Matcher, parseMatcher } from "../../topics/matcher.ts";
import type { ProblemName } from "../service/problem.ts";
import { decodeUtf8, parseForm } from "./form.ts";
import { queryOf } from "./target.ts";

/** The limit of the cost of all patterns in one request. A pattern with a few variables costs about ten. */
const MAX_COST = 4_000;
/** The time of one turn, in milliseconds. Compiling a hostile pattern takes milliseconds, so other requests run in between. */
const COMPILE_MS = 2;
/** The limit of an id, in characters. No event of this hub has a longer id. */
const MAX_ID_LENGTH = 512;

/**
 * Spellings of `last_event_id` that clients add by themselves when they reconnect, such as event-source-polyfill: what they add is newer
 * than the id that their URL began with.
 */
const LAST_EVENT_ID = /^last[-_]?event[-_]?id$/i;

export interface StreamOptions {
  /** Whether a request without a matcher gets the server's clock; otherwise it gets a 400. */
  readonly clock: boolean;
}

/** The parsed query and header fields of a request for a stream. */
export interface StreamQuery {
  /** An empty array means the server's clock. */
  readonly matchers: readonly Matcher[];
  readonly heartbeat: HeartbeatKind;
  /** An empty string was given, but names no event. */
  readonly lastEventId: string | undefined;
}

export type ParsedStreamQuery =
  | { readonly ok: true; readonly query: StreamQuery }
  | { readonly ok: false; readonly name: ProblemName; readonly problem: string };

/**
 * Parses a request for a stream. Unknown parameters are ignored, unless their names begin with `match`.
 * Source: Mercure, sections Subscription and Reconnection.
 */
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
  // [spec] The header field takes precedence over the parameter. An empty field names no event.
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

/** Whether the request asks for the server's clock, which is no topic. */
export function asksForClock(request: Request, { clock }: StreamOptions): boolean {
  const form = parseForm(queryOf(request));
  return clock && form.ok && !form.pairs.some(([name]) => isReservedName(name));
}

// [spec] All names that begin with `match`, in upper or lower case, are reserved. So a misspelled type is an error.
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

/** Decodes a header field's UTF-8. Browsers send an id as UTF-8, but HTTP libraries decode field values as Latin-1. */
function fieldText(value: string | null): string | undefined {
  return value === null ? undefined : (decodeUtf8(Buffer.from(value, "latin1")) ?? value);
}

/** Encodes an id's UTF-8 as the value of a header field. */
export function fieldValue(text: string): string {
  return Buffer.from(text).toString("latin1");
}
