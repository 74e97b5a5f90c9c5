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

/** The current state of the hub, in counts. */
export interface Levels {
  /** Open streams, including those of the stats and of the clock. */
  readonly connections: number;
  /** Different sets of matchers that subscribers use. */
  readonly audiences: number;
  /** Streams whose reader is too slow. */
  readonly lagging: number;
  readonly subscriptions: number;
  /** Updates that the log has not acknowledged yet. */
  readonly waiting: number;
}

/** The data of an event of the type `runnel:numbers`, as JSON: the stats of this process's hub, now and in the last second or so. */
export interface NumbersDocument extends Levels, VitalSigns {
  /** The time of the document, in milliseconds since 1970. The counts below are since the previous document, about a second before. */
  readonly at: number;
  /** Updates that the log acknowledged to their publishers. */
  readonly published: number;
  /** Events that were written to streams, including the clock's. These documents do not count. */
  readonly delivered: number;
  /** Bytes that were written to streams. */
  readonly bytes: number;
  /** The part of the events that was replayed to readers that had missed them. */
  readonly replayed: number;
  /** Requests that were refused, for any reason. */
  readonly refused: number;
  /** The number of times that a stream's reader was too slow. */
  readonly lagged: number;
  /** The number of gaps that were reported to readers. */
  readonly gaps: number;
  /** Times from the beginning of a commit to the write to its last live reader; null: there was no commit. */
  readonly deliveryMs: Percentiles | null;
  /** Times from an append to its acknowledgement by the log; null: there was no append. */
  readonly appendMs: Percentiles | null;
}

export interface NumbersOptions {
  readonly timers: Timers;
  readonly heartbeatMs: number;
  readonly vitals: Vitals;
  readonly traffic: Readonly<Traffic>;
  readonly levels: () => Levels;
  /** Receives every measurement that `Numbers` receives. */
  readonly meter: Meter;
}

/**
 * Sends the hub's stats to their subscribers once a second. Measures nothing while there are no subscribers.
 * The documents are not stored and have no ids: a client that missed one gets the next.
 */
export class Numbers implements Meter {
  /** The subscribers of the stats. */
  readonly group: Group;
  readonly #options: NumbersOptions;
  readonly #ticker: Ticker;
  readonly #deliveryMs: Spread;
  readonly #appendMs: Spread;
  /** The counts at the time of the previous document. */
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
    // After the write, so that the document itself does not count.
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

/** Returns the topic of the stats. It lies in the hub's own namespace, where only the hub publishes. */
export const numbersTopic = (url: HubUrl): string => `${url.path}/numbers`;

/**
 * Returns whether the matchers ask for the stats: `alone`, which is the only valid way, or `mixed` with others. `*` and patterns
 * never ask for them: a subscriber to everything wants the published updates.
 */
export function askForNumbers(matchers: readonly Matcher[], url: HubUrl): "no" | "alone" | "mixed" {
  const topic = numbersTopic(url);
  if (!matchers.some(({ kind, match }) => kind === "exact" && match === topic)) return "no";
  return matchers.length === 1 ? "alone" : "mixed";
}
