import { SUBSCRIPTION_EVENT } from "../../protocol/events.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { characterProblem, parseTopic, type Topic } from "./topic.ts";

/** A valid update of a publisher. Made by `parseUpdate`, and by the hub for its own events. */
export interface Update {
  /** The canonical topic first, then the alternates. */
  readonly topics: readonly [Topic, ...Topic[]];
  readonly data: string;
  /** Whether only subscribers with a grant may read it. */
  readonly private: boolean;
  /** The publisher's own id; without one, the log makes an id. */
  readonly id?: string;
  /** The event's type; `message` without one. */
  readonly type?: string;
  /** The time that clients wait before they reconnect, in milliseconds. */
  readonly retry?: number;
}

/** The fields of an update as they were received. Source: Mercure, section Publication. */
export interface UpdateFields {
  readonly topics: readonly string[];
  readonly data?: string | undefined;
  readonly private: boolean;
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly retry?: string | undefined;
}

export type ParsedUpdate =
  | { readonly ok: true; readonly update: Update }
  /** `problem` names the field, its value, and what is right. */
  | { readonly ok: false; readonly reason: "invalid" | "too large"; readonly problem: string };

/** Bounds of one update's fields; lengths in UTF-16 code units. */
export const UPDATE_LIMITS = {
  topics: 100,
  idLength: 512,
  typeLength: 256,
  /**
   * In milliseconds; a value outside is raised or lowered to the nearest bound. All readers of a topic wait for the publisher's time:
   * with 0 they would reconnect without a pause. A browser keeps the time in 32 bits.
   */
  retryMs: { from: 100, to: 2 ** 31 - 1 },
} as const;

/** Whether the hub reserves this event type for itself: the protocol's types, and our own. */
const isReservedType = (type: string) => type === SUBSCRIPTION_EVENT || type.startsWith("runnel:");

/** Checks an update's fields. `data` may be any valid text; the caller MUST bound its size. */
export function parseUpdate(fields: UpdateFields, hubUrl: HubUrl): ParsedUpdate {
  const { data = "", id, type } = fields;
  const invalid = (problem: string) => ({ ok: false, reason: "invalid", problem }) as const;
  const tooLarge = (problem: string) => ({ ok: false, reason: "too large", problem }) as const;
  if (fields.topics.length > UPDATE_LIMITS.topics) {
    return tooLarge(`topic: ${fields.topics.length} are too many, at most ${UPDATE_LIMITS.topics}`);
  }
  const topics: Topic[] = [];
  for (const raw of fields.topics) {
    const parsed = parseTopic(raw);
    if (!parsed.ok) {
      const problem = `topic ${parsed.problem}`;
      return parsed.reason === "invalid" ? invalid(problem) : tooLarge(problem);
    }
    if (hubUrl.reserves(parsed.topic)) {
      return invalid(`topic lies in ${hubUrl.path}, where only the hub itself publishes`);
    }
    if (!topics.includes(parsed.topic)) topics.push(parsed.topic);
  }
  const [canonical, ...alternates] = topics;
  if (canonical === undefined) return invalid("topic is missing: give at least one");
  if (!data.isWellFormed()) return invalid("data is not valid UTF-8");
  for (const [name, value, longest] of [
    ["id", id, UPDATE_LIMITS.idLength],
    ["type", type, UPDATE_LIMITS.typeLength],
  ] as const) {
    if (value === undefined) continue;
    const problem = characterProblem(value);
    if (problem) return invalid(`${name} ${problem}`);
    if (value.length > longest) {
      return tooLarge(`${name} has ${value.length} characters, but may have ${longest}`);
    }
  }
  if (id?.startsWith("#")) return invalid("id starts with #, which is kept for hubs");
  if (id === "earliest") return invalid("id is `earliest`, which is kept for resuming");
  if (type !== undefined && isReservedType(type)) {
    return invalid(`type is ${JSON.stringify(type)}, which is kept for the hub's own events`);
  }
  const retry = parseRetry(fields.retry);
  if (!retry.ok) return retry;
  return {
    ok: true,
    update: {
      topics: [canonical, ...alternates],
      data,
      private: fields.private,
      // An empty field counts as a field that is not set.
      ...(id ? { id } : {}),
      ...(type ? { type } : {}),
      ...(retry.ms === undefined ? {} : { retry: retry.ms }),
    },
  };
}

function parseRetry(
  raw: string | undefined,
): { ok: true; ms?: number } | { ok: false; reason: "invalid"; problem: string } {
  if (raw === undefined || raw === "") return { ok: true };
  // [spec] Only digits, of any number.
  if (!/^[0-9]+$/.test(raw)) {
    const problem = "retry is not a whole number of milliseconds in ASCII digits";
    return { ok: false, reason: "invalid", problem };
  }
  const { from, to } = UPDATE_LIMITS.retryMs;
  return { ok: true, ms: Math.min(Math.max(Number(raw), from), to) };
}
