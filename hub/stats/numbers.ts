import { NUMBERS_EVENT } from "../../protocol/events.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { Ticker } from "../base/ticker.ts";
import type { Timers } from "../base/timers.ts";
import { Group } from "../delivery/group.ts";
import { plainBeat } from "../delivery/pulse.ts";
import type { Traffic } from "../streams/connection.ts";
import type { Matcher } from "../topics/matcher.ts";
import { encodeEvent } from "../wire/encode.ts";
import type { Meter } from "./meter.ts";
import type { Percentiles, Spread, VitalSigns, Vitals } from "./vitals.ts";

/** What there is now. */
export interface Levels {
  /** Streams that are open: those of the numbers and of the clock too. */
  readonly connections: number;
  /** Different sets of matchers that are listened with. */
  readonly audiences: number;
  /** Streams whose reader is too slow. */
  readonly lagging: number;
  readonly subscriptions: number;
  /** Updates that the log has not acknowledged yet. */
  readonly waiting: number;
}

/** The data of an event of the type `runnel:numbers`, as JSON: how this process's hub is, and how it was in the last second or so. */
export interface NumbersDocument extends Levels, VitalSigns {
  /** When it was made, in milliseconds since 1970. The counts are those since the document before, which is about a second. */
  readonly at: number;
  /** Updates that were acknowledged to their publishers. */
  readonly published: number;
  /** Events that were written to streams, the clock's too. These documents themselves do not count. */
  readonly delivered: number;
  /** Bytes that were written to streams. */
  readonly bytes: number;
  /** Of the events, those written to who had missed them. */
  readonly replayed: number;
  /** Requests that were refused, for whatever reason. */
  readonly refused: number;
  /** How often a stream's reader was too slow. */
  readonly lagged: number;
  /** How often a reader was told that history has a gap. */
  readonly gaps: number;
  /** From a commit's beginning to the write to its last live reader; null: there was none. */
  readonly deliveryMs: Percentiles | null;
  /** From an append to its acknowledgement by the log; null: there was none. */
  readonly appendMs: Percentiles | null;
}

export interface NumbersOptions {
  readonly timers: Timers;
  readonly heartbeatMs: number;
  readonly vitals: Vitals;
  readonly traffic: Readonly<Traffic>;
  readonly levels: () => Levels;
  /** Is told all that the numbers are told. */
  readonly meter: Meter;
}

/**
 * The hub's numbers, once a second to those who listen, and nothing is measured while nobody does.
 * They are never kept, and have no ids: who missed a document gets the next.
 */
export class Numbers implements Meter {
  /** Those who listen. */
  readonly group: Group;
  readonly #options: NumbersOptions;
  readonly #ticker: Ticker;
  readonly #deliveryMs: Spread;
  readonly #appendMs: Spread;
  /** As it was with the document before. */
  #traffic: Traffic;
  #published = 0;
  #refused = 0;

  constructor(options: NumbersOptions) {
    const { timers, heartbeatMs, vitals, traffic } = options;
    this.#options = options;
    this.#traffic = { ...traffic };
    this.#deliveryMs = vitals.spread();
    this.#appendMs = vitals.spread();
    this.#ticker = new Ticker(timers, () => this.#tell());
    const beat = plainBeat(heartbeatMs);
    this.group = new Group({
      timers,
      heartbeatMs,
      heartbeat: () => beat,
      onJoin: () => this.#start(),
      onEmpty: () => this.#stop(),
    });
  }

  appended(ms: number, updates: number): void {
    this.#options.meter.appended(ms, updates);
    if (!this.#ticker.isRunning) return;
    this.#published += updates;
    this.#appendMs.record(ms);
  }

  delivered(ms: number): void {
    this.#options.meter.delivered(ms);
    if (this.#ticker.isRunning) this.#deliveryMs.record(ms);
  }

  refused(reason: string): void {
    this.#options.meter.refused(reason);
    this.#refused += 1;
  }

  #start(): void {
    if (this.#ticker.isRunning) return;
    this.#ticker.start();
    this.#options.vitals.start();
    this.#beginAnew();
  }

  #stop(): void {
    this.#ticker.stop();
    this.#options.vitals.stop();
    this.#deliveryMs.take();
    this.#appendMs.take();
  }

  #tell(): void {
    const data = JSON.stringify(this.#document());
    this.group.send(encodeEvent({ type: NUMBERS_EVENT, data }));
    // Now, not before: what was just written does not count.
    this.#beginAnew();
  }

  #document(): NumbersDocument {
    const { timers, traffic, levels, vitals } = this.#options;
    const before = this.#traffic;
    return {
      at: timers.now(),
      ...levels(),
      published: this.#published,
      delivered: traffic.events - before.events,
      bytes: traffic.bytes - before.bytes,
      replayed: traffic.replayed - before.replayed,
      refused: this.#refused,
      lagged: traffic.lagged - before.lagged,
      gaps: traffic.gaps - before.gaps,
      deliveryMs: this.#deliveryMs.take(),
      appendMs: this.#appendMs.take(),
      ...vitals.read(),
    };
  }

  #beginAnew(): void {
    this.#traffic = { ...this.#options.traffic };
    this.#published = 0;
    this.#refused = 0;
  }
}

/** The numbers' topic: in the hub's own namespace, where nobody else publishes. */
export const numbersTopic = (url: HubUrl): string => `${url.path}/numbers`;

/**
 * Whether matchers ask for the numbers: `alone`, as they must, or `mixed` with others. `*` and patterns never do: who listens to
 * everything wants what is published.
 */
export function askForNumbers(matchers: readonly Matcher[], url: HubUrl): "no" | "alone" | "mixed" {
  const topic = numbersTopic(url);
  if (!matchers.some(({ kind, match }) => kind === "exact" && match === topic)) return "no";
  return matchers.length === 1 ? "alone" : "mixed";
}
