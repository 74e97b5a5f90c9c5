import type { Entry } from "../../../client/base/snapshot.ts";
import { SUBSCRIPTION_EVENT } from "../../../protocol/events.ts";

/** What came when a stream went on, before it was live. */
export interface CatchUp {
  /** history: at the start, from an id or the earliest. break: after the connection was lost. */
  readonly after: "history" | "break";
  /** How many events; under a flow less those that are likely live. */
  readonly count: number;
  /** Events came while it was live before, so that some of these may be live ones. */
  readonly about: boolean;
  /** The hub said that not all was kept. */
  readonly gap: boolean;
}

interface Running extends CatchUp {
  readonly openedAt: number;
  /** When the window began that is not over. */
  windowFrom: number;
  inWindow: number;
  /** How many windows were over, and had more than is usual. */
  busy: number;
  /** What a window of the live stream has. */
  readonly usual: number;
  first: number;
  /** The key of the last one. */
  last: number;
  count: number;
  gap: boolean;
  live: boolean;
}

/** What is sent again comes at once: a second with nothing, or with no more than is usual, ends it. A busy machine may pause for less. */
const WINDOW_MS = 1_000;
/** The usual is the mean of so many seconds before the loss. */
const BEFORE_WINDOWS = 3;
/** From so many a second on it is a flow, and some of what comes on return is live. */
const FLOW = 5;
/** Marks of so many catch-ups are kept. */
const MOST = 100;

/**
 * Tells from a growing list which events a stream caught up on. The hub does not say where the past ends, so it is told from the times:
 * exact where events are rare, near enough where they are many.
 */
export class CatchUps {
  readonly #fromHistory: boolean;
  readonly #all: Running[] = [];
  #next = 0;
  /** When the connection was lost, in milliseconds since 1970; undefined: it was not, or has come back. */
  #lostAt: number | undefined;
  #opened = false;
  /** When the last events came, for what is usual. */
  #times: number[] = [];

  /** @param fromHistory the stream begins in the past */
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

  /** The connection was lost, and has not come back. */
  get broken(): boolean {
    return this.#lostAt !== undefined;
  }

  /** Whether the latest is over, as of a time in milliseconds since 1970. */
  isOver(now: number): boolean {
    const running = this.#all.at(-1);
    if (running === undefined || running.live) return true;
    return now >= running.windowFrom + 2 * WINDOW_MS;
  }

  /** Which catch-up an event came in; undefined: it came live. */
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

  /** Takes the list as it is now; each entry is looked at once. */
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
