/**
 * What the tabs of one stream tell each other. The channel is of the same origin; what does not look like a message is ignored all the
 * same: another version of this code may be at work in another tab.
 */
import type { Retry, Status } from "../base/snapshot.ts";
import type { Item } from "./item.ts";
import { isTerm, type Term } from "./term.ts";

/** Part of the names of lock and channel: tabs with another protocol are another company. */
export const PROTOCOL = "runnel-tabs-1";

/** How the leader's connection stands. */
export interface Standing {
  readonly status: Status;
  /** Why there is none, and what happens now; undefined: there is one, or nothing has been lost yet. */
  readonly loss?: string;
}

interface FromLeader {
  /** What comes from a leadership that was replaced is ignored. */
  readonly term: Term;
  /** How many items this leadership has posted, this one included. */
  readonly seq: number;
}

/** A leadership begins, and goes on from an id. */
export interface Lead extends FromLeader {
  readonly kind: "lead";
  /** "": with what comes next. */
  readonly from: string;
  readonly standing: Standing;
}

export interface Post extends FromLeader {
  readonly kind: "item";
  readonly item: Item;
}

/** How it stands: when that changes, and when somebody asks. */
export interface Stand extends FromLeader {
  readonly kind: "standing";
  readonly standing: Standing;
}

/** The answer to one tab's hello. */
export interface Welcome extends FromLeader {
  readonly kind: "welcome";
  readonly to: string;
  readonly ask: number;
  readonly standing: Standing;
  /** The leader's last id. */
  readonly id: string;
  /** Whether `items` is what came after the tab's own place; else it is all that the leader still has, which may be older or newer. */
  readonly found: boolean;
  readonly items: readonly Item[];
  /** The id before the first of the items. */
  readonly base: string;
}

/** A tab asks where it stands. */
export interface Hello {
  readonly kind: "hello";
  readonly tab: string;
  /** Which of its questions it is. */
  readonly ask: number;
  /** Its last id; "": none yet. undefined: it has just come, and wants what comes next. */
  readonly after?: string;
  /** Its place in the leader's sequence, the newest leadership that it knows. */
  readonly term: Term;
  readonly seq: number;
}

/** Asks the leader for a sign of life. */
export interface Ping {
  readonly kind: "ping";
}

/** Asks the leader to wait no longer for its next try. */
export interface Hurry {
  readonly kind: "hurry";
}

export type LeaderMessage = Lead | Post | Stand | Welcome;
export type TabMessage = Hello | Ping | Hurry;
export type Message = LeaderMessage | TabMessage;

/** undefined: it is no message. */
export function parseMessage(raw: unknown): Message | undefined {
  if (!isRecord(raw)) return undefined;
  switch (raw.kind) {
    case "ping":
    case "hurry":
      return { kind: raw.kind };
    case "hello":
      return parseHello(raw);
    default:
      return parseLeaderMessage(raw);
  }
}

type Raw = Readonly<Record<string, unknown>>;

function parseHello({ tab, ask, after, term, seq }: Raw): Hello | undefined {
  if (typeof tab !== "string" || !isCount(ask) || !isTerm(term) || !isCount(seq)) return undefined;
  if (after !== undefined && typeof after !== "string") return undefined;
  return { kind: "hello", tab, ask, term, seq, ...(after === undefined ? {} : { after }) };
}

function parseLeaderMessage(raw: Raw): LeaderMessage | undefined {
  const { kind, term, seq } = raw;
  if (!isTerm(term) || !isCount(seq)) return undefined;
  if (kind === "item") {
    const item = parseItem(raw.item);
    return item && { kind, term, seq, item };
  }
  const standing = parseStanding(raw.standing);
  if (standing === undefined) return undefined;
  switch (kind) {
    case "lead":
      return typeof raw.from === "string"
        ? { kind, term, seq, from: raw.from, standing }
        : undefined;
    case "standing":
      return { kind, term, seq, standing };
    case "welcome":
      return parseWelcome(raw, { term, seq, standing });
    default:
      return undefined;
  }
}

function parseWelcome(
  { to, ask, id, found, items, base }: Raw,
  rest: FromLeader & { standing: Standing },
): Welcome | undefined {
  if (typeof to !== "string" || !isCount(ask) || typeof id !== "string") return undefined;
  if (typeof found !== "boolean" || typeof base !== "string" || !Array.isArray(items))
    return undefined;
  const parsed = items.map(parseItem);
  if (!parsed.every((item) => item !== undefined)) return undefined;
  return { kind: "welcome", ...rest, to, ask, id, found, items: parsed, base };
}

function parseItem(raw: unknown): Item | undefined {
  if (!isRecord(raw)) return undefined;
  const { kind, id, type, data } = raw;
  if (kind === "gap") return { kind };
  if (typeof id !== "string") return undefined;
  if (kind === "cursor") return { kind, id };
  if (kind !== "event" || typeof type !== "string" || typeof data !== "string") return undefined;
  return { kind, id, type, data };
}

function parseStanding(raw: unknown): Standing | undefined {
  if (!isRecord(raw)) return undefined;
  const { loss } = raw;
  const status = parseStatus(raw.status);
  if (status === undefined || (loss !== undefined && typeof loss !== "string")) return undefined;
  return { status, ...(loss === undefined ? {} : { loss }) };
}

function parseStatus(raw: unknown): Status | undefined {
  if (!isRecord(raw)) return undefined;
  const { state } = raw;
  switch (state) {
    case "connecting":
      return raw.held === true ? { state, held: true } : { state };
    case "closed":
    case "unsupported":
      return { state };
    case "open":
      // Whosever it is there, here it is another tab's.
      return { state, via: "tab", held: raw.held === true };
    case "reconnecting": {
      const next = parseRetry(raw.next);
      return isCount(raw.attempt) && next ? { state, attempt: raw.attempt, next } : undefined;
    }
    default:
      return undefined;
  }
}

function parseRetry(raw: unknown): Retry | undefined {
  if (!isRecord(raw)) return undefined;
  const { by, at } = raw;
  if (by === "browser") return { by };
  if (by !== "page" || (at !== null && typeof at !== "number")) return undefined;
  return { by, at };
}

function isRecord(raw: unknown): raw is Raw {
  return typeof raw === "object" && raw !== null;
}

function isCount(raw: unknown): raw is number {
  return typeof raw === "number" && Number.isSafeInteger(raw) && raw >= 0;
}
