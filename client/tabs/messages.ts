/**
 * The messages between the tabs of one stream. The channel is of the same origin. But another tab may run another version of this code, so
 * anything that does not match is ignored.
 */
import type { Retry, Status } from "../base/snapshot.ts";
import type { Item } from "./item.ts";
import { isTerm, type Term } from "./term.ts";

/** Part of the names of lock and channel: tabs with another protocol do not share a connection with these. */
export const PROTOCOL = "runnel-tabs-1";

/** The status of the leader's connection. */
export interface Standing {
  readonly status: Status;
  /** Why there is no connection, and what happens next; undefined: it is open, or was not lost yet. */
  readonly loss?: string;
}

interface FromLeader {
  /** The leadership that sent this. Messages of a leadership that was replaced are ignored. */
  readonly term: Term;
  /** How many items this leadership has posted, this one included. */
  readonly seq: number;
}

/** A leadership begins, and resumes after an id. */
export interface Lead extends FromLeader {
  readonly kind: "lead";
  /** "": it starts with the next event. */
  readonly from: string;
  readonly standing: Standing;
}

export interface Post extends FromLeader {
  readonly kind: "item";
  readonly item: Item;
}

/** The leader's status: sent when it changes, and when a tab asks. */
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
  /**
   * true: `items` are those after the tab's own position. false: `items` are all that the leader remembers, which may be older or newer.
   */
  readonly found: boolean;
  readonly items: readonly Item[];
  /** The id before the first of the items. */
  readonly base: string;
}

/** A tab asks for its position. */
export interface Hello {
  readonly kind: "hello";
  readonly tab: string;
  /** The number of the question, to match the answer. */
  readonly ask: number;
  /** The tab's last id; "": none yet. undefined: the tab is new, and wants the next events. */
  readonly after?: string;
  /** The tab's position in the leader's sequence, and the newest leadership that it knows. */
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

/** Parses a message; undefined: it is not one. */
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
      // The sender's connection, own or not, is always another tab's connection here.
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
