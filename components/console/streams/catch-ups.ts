import type { Entry } from "../../../client/base/snapshot.ts";
import { SUBSCRIPTION_EVENT } from "../../../protocol/events.ts";

/** The events between a connection's opening and the live stream. */
export interface CatchUp {
  /** history: at the start, from an id or from the earliest. break: after the connection was lost. */
  readonly after: "history" | "break";
  /** How many events; on a busy stream, without those that are likely live. */
  readonly count: number;
  /** The count is approximate: events came while the stream was live before, so some of these may be live ones. */
  readonly about: boolean;
  /** The hub reported that some events were not kept. */
  readonly gap: boolean;
}

interface Running extends CatchUp {
  readonly openedAt: number;
  /** When the current window began. */
  windowFrom: number;
  inWindow: number;
  /** How many windows have ended with more events than usual. */
  busy: number;
  /** The usual number of events in a window of the live stream. */
  readonly usual: number;
  first: number;
  /** The key of the last event. */
  last: number;
  count: number;
  gap: boolean;
  live: boolean;
}

/** Replayed events come all at once. A second with no event, or with no more than usual, ends them. A busy machine may pause for less. */
const WINDOW_MS = 1_000;
/** The usual number is the mean of this many seconds before the loss. */
const BEFORE_WINDOWS = 3;
/** From this many events a second on, the stream is busy: some of the events after a reconnection are live. */
const FLOW = 5;
/** The most catch-ups whose events are marked. */
const MOST = 100;

/**
 * Finds the events that a stream caught up on, from a growing list. The hub does not mark the end of the past, so it is derived from the
 * times. That is exact where events are rare, and approximate where they are frequent.
 */
export class CatchUps {
  readonly #fromHistory: boolean;
  readonly #all: Running[] = [];
  #next = 0;
  /** When the connection was lost, in milliseconds since 1970; undefined: it was not, or is back. */
  #lostAt: number | undefined;
  #opened = false;
  /** When the last events came, to compute the usual number. */
  #times: number[] = [];

  /** @param fromHistory the stream starts in the past */
  constructor(fromHistory: boolean) {
    this.#fromHistory = fromHistory;
  }

  /** The latest one; undefined: none yet. */
  get latest(): CatchUp | undefined {
    const running = this.#all.at(-1);
    if (running === undefined) return undefined;
    const live = running.about ? Math.round(running.usual * running.busy) : 0;
    return { ...running, count: Math.max(0, running.count - live) };
  }

  /** The connection was lost, and is not back. */
  get broken(): boolean {
    return this.#lostAt !== undefined;
  }

  /** Returns whether the latest catch-up is over at `now`, in milliseconds since 1970. */
  isOver(now: number): boolean {
    const running = this.#all.at(-1);
    if (running === undefined || running.live) return true;
    return now >= running.windowFrom + 2 * WINDOW_MS;
  }

  /** Returns the kind of catch-up that an event came in; undefined: it came live. */
  of(entry: Entry): CatchUp["after"] | undefined {
    if (!isCounted(entry)) return undefined;
    const { key } = entry;
    for (let index = this.#all.length - 1; index >= 0; index -= 1) {
      const one = this.#all[index];
      if (one === undefined || key > one.last) return undefined;
      if (key >= one.first) return one.after;
    }
    return undefined;
  }

  /** Updates from the current list; each entry is read once. */
  update(entries: readonly Entry[]): void {
    const first = entries[0]?.key ?? 0;
    for (let index = Math.max(0, this.#next - first); index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined) break;
      this.#next = entry.key + 1;
      this.#take(entry);
    }
  }

  #take(entry: Entry): void {
    const { kind, key, at } = entry;
    if (kind === "error") this.#lostAt ??= at;
    else if (kind === "open") this.#open(key, at);
    else if (kind === "gap") {
      const running = this.#all.at(-1);
      if (running && !running.live) running.gap = true;
    } else if (isCounted(entry)) this.#event(key, at);
  }

  #open(key: number, at: number): void {
    const lostAt = this.#lostAt;
    const goesOn = this.#opened ? lostAt !== undefined : this.#fromHistory;
    const after = this.#opened ? "break" : "history";
    this.#opened = true;
    this.#lostAt = undefined;
    if (!goesOn) return;
    const from = (lostAt ?? at) - BEFORE_WINDOWS * WINDOW_MS;
    const usual = this.#times.filter((time) => time >= from).length / BEFORE_WINDOWS;
    const marks = { first: key + 1, last: key, count: 0 };
    const windows = { openedAt: at, windowFrom: at, inWindow: 0, busy: 0, usual };
    this.#all.push({ after, ...marks, ...windows, about: usual >= FLOW, gap: false, live: false });
    if (this.#all.length > MOST) this.#all.shift();
  }

  #event(key: number, at: number): void {
    const running = this.#all.at(-1);
    if (running && !running.live) {
      if (at >= running.windowFrom + WINDOW_MS) {
        const empty = at >= running.windowFrom + 2 * WINDOW_MS;
        running.live = empty || running.inWindow <= 2 * running.usual;
        running.busy += 1;
        running.windowFrom = at - ((at - running.openedAt) % WINDOW_MS);
        running.inWindow = 0;
      }
      if (!running.live) {
        running.inWindow += 1;
        running.count += 1;
        running.last = key;
        return;
      }
    }
    this.#times.push(at);
    if (this.#times.length > 20_000) this.#times = this.#times.slice(-10_000);
  }
}

function isCounted({ kind, type }: Entry): boolean {
  return kind === "message" && type !== SUBSCRIPTION_EVENT;
}
