import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Appender } from "./appender.ts";
import type { Access } from "./auth/access.ts";
import { covers } from "./auth/grants.ts";
import { readerOf } from "./auth/reader.ts";
import { HubError } from "./base/errors.ts";
import type { HubUrl } from "./base/hub-url.ts";
import type { Logger } from "./base/logger.ts";
import type { Timers } from "./base/timers.ts";
import { Slice } from "./base/turns.ts";
import { clockGroup } from "./clock.ts";
import { lanesFor } from "./delivery/audience.ts";
import { Audiences } from "./delivery/audiences.ts";
import type { Group } from "./delivery/group.ts";
import { History, type NewestRequest, RECENT } from "./delivery/history.ts";
import { PatternBudget } from "./delivery/pattern-budget.ts";
import { resume } from "./delivery/resume.ts";
import type { Entry, Log, Retention } from "./log/log.ts";
import type {
  LastUpdates,
  Published,
  PublishRequest,
  Subscribed,
  TopicRequest,
} from "./requests.ts";
import type { Meter } from "./stats/meter.ts";
import { askForNumbers, type Levels, Numbers } from "./stats/numbers.ts";
import type { Vitals } from "./stats/vitals.ts";
import type { Connection, Traffic } from "./streams/connection.ts";
import {
  Connections,
  type Limits,
  type Refusal,
  type StreamRequest,
} from "./streams/connections.ts";
import { type Subscriber, Subscriptions } from "./subscriptions.ts";
import type { Matcher } from "./topics/matcher.ts";
import type { Topic } from "./topics/topic.ts";
import type { Update } from "./topics/update.ts";
import { decodeEvents } from "./wire/decode.ts";

export interface HubOptions {
  readonly timers: Timers;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly vitals: Vitals;
  readonly url: HubUrl;
  /** undefined: the app's instances share no log. The hub then serves the clock and the stats only. */
  readonly log: Log | undefined;
  /** The part of the log that is also kept in memory; default: `RECENT`. */
  readonly recent?: Retention;
  /** Whether the process continues after a request's handler returns: true for our own server, false for a platform's function. */
  readonly longLived: boolean;
  /**
   * Runs the work outside the async context of the current request. The objects of a stream outlive its request's handler.
   * Without this, they would keep the framework's data for that handler in memory.
   */
  readonly outside: <T>(work: () => T) => T;
}

/**
 * open: accepts streams. draining: accepts no new streams, and soon ends the open ones. lost: another process owns the log, or the
 * log's files are gone. A lost hub accepts no streams and no updates, and its process ends.
 */
export type HubState = "open" | "draining" | "lost";

/** The parts of a hub that need a log. */
interface Topics {
  readonly log: Log;
  readonly appender: Appender;
  readonly history: History;
  readonly audiences: Audiences;
  readonly patterns: PatternBudget;
}

/** The engine: opens streams, publishes updates, and delivers each update to its subscribers. */
export class Hub {
  readonly url: HubUrl;
  readonly timers: Timers;
  readonly limits: Limits;
  /** Receives each measurement: the hub's own stats, and the meter from the options. */
  readonly meter: Meter;
  readonly longLived: boolean;
  readonly outside: HubOptions["outside"];
  readonly connections: Connections;
  readonly subscriptions: Subscriptions;
  /** Resolves with the reason when the state becomes `lost`. */
  readonly lost: Promise<HubError>;
  readonly traffic: Traffic = { events: 0, replayed: 0, bytes: 0, lagged: 0, gaps: 0 };
  readonly #clock: Group;
  readonly #numbers: Group;
  readonly #topics: Topics | undefined;
  #state: HubState = "open";

  constructor(options: HubOptions) {
    const { timers, limits, logger, meter, vitals, url, log, longLived, outside } = options;
    const { traffic } = this;
    const { heartbeatMs } = limits;
    this.url = url;
    this.timers = timers;
    this.limits = limits;
    this.longLived = longLived;
    this.outside = outside;
    this.connections = new Connections({ timers, limits, logger, traffic });
    this.subscriptions = new Subscriptions(url);
    this.#clock = clockGroup(timers, heartbeatMs);
    const levels = () => this.#levels();
    const numbers = new Numbers({ timers, heartbeatMs, vitals, traffic, levels, meter });
    this.#numbers = numbers.group;
    this.meter = numbers;
    this.lost = log ? log.lost.then((error) => this.#lose(error)) : new Promise(() => {});
    if (!log) return;
    const history = new History(log, timers, options.recent ?? RECENT);
    const onError = (error: unknown) => logger.warn({ error: String(error) }, "delivery failed");
    const audiences = new Audiences({ history, traffic, timers, heartbeatMs, url, onError });
    const appender = new Appender(log, logger, () => audiences.hasRoom());
    this.#topics = { log, appender, history, audiences, patterns: new PatternBudget() };
    log.tail((entries, takenAt) => this.#deliver(entries, takenAt));
    for (const record of log.leftActive()) appender.events(this.subscriptions.endLeft(record));
  }

  get state(): HubState {
    return this.#state;
  }

  /** The number of different sets of matchers that subscribers use. */
  get audiences(): number {
    return this.#topics?.audiences.size ?? 0;
  }

  /** The id of the last event, to resume after; `earliest` if there was none. @throws HubError `log:not-shared` */
  get lastEventId(): string {
    return this.#shared().history.lastEventId;
  }

  /** Returns why this client can't open a stream of these topics now; undefined: it can. */
  refusal(client: string, matchers: readonly Matcher[]): Refusal | undefined {
    return this.connections.refusal(client) ?? this.#topics?.patterns.refusal(matchers, client);
  }

  /** Opens a stream of the server's clock, or returns why not. */
  subscribeToClock(request: StreamRequest): Subscribed {
    return this.#join(this.#clock, request);
  }

  /**
   * Opens a stream of topics, or returns why not. Finds the position to resume after, replays from there, then sends live updates.
   * The stats are a topic too, without history. The caller MUST check that the client may read them.
   * @throws HubError `log:not-shared`, `log:unavailable`
   */
  async subscribe(request: TopicRequest): Promise<Subscribed> {
    const { access, matchers, lastEventId } = request;
    if (askForNumbers(matchers, this.url) === "alone") {
      return this.#join(this.#numbers, request, access?.expiresAt);
    }
    const { log, appender, history, audiences, patterns } = this.#shared();
    const reader = readerOf(access);
    const resumed = await resume(log, history, lastEventId, lanesFor(matchers, reader));
    const { client } = request;
    const reason = this.refusal(client, matchers);
    if (reason) return { open: false, reason };
    if (resumed.gap) this.traffic.gaps += 1;
    const release = patterns.take(matchers, client);
    const group = audiences.of(matchers).group(reader);
    const subscriber: Subscriber = { id: `urn:uuid:${randomUUID()}`, matchers, access };
    appender.events(this.subscriptions.open(subscriber));
    const connection = this.connections.open({
      ...request,
      first: resumed.first,
      ...(access ? { expiresAt: access.expiresAt } : {}),
      fields: { matchers: matchers.length, resumed: lastEventId !== undefined, gap: resumed.gap },
      onClose: (closed) => {
        release();
        group.leave(closed);
        appender.events(this.subscriptions.close(subscriber));
      },
    });
    group.join(connection);
    connection.follow(group, resumed.start);
    const field = resumed.lastEventId;
    return { open: true, connection, ...(field === undefined ? {} : { lastEventId: field }) };
  }

  /**
   * Returns the newest updates that match, private ones too, and the id to resume after. A stream that resumes after this id loses no
   * update and repeats none. Subscription events are not included.
   * @throws HubError `log:not-shared`, `log:unavailable`
   */
  async lastUpdates(request: NewestRequest): Promise<LastUpdates> {
    const { history } = this.#shared();
    const { entries, position } = await history.newest(request);
    const updates = entries.flatMap(({ frame }) => decodeEvents(frame));
    return { updates, lastEventId: history.idAt(position) };
  }

  /**
   * Authorizes the updates and appends all of them or none; the log's tail delivers them. Resolves when the log has made them as
   * durable as it promises.
   * @throws HubError `log:not-shared`, `log:unavailable`, `log:busy`
   */
  async publish({ updates, access, receipt }: PublishRequest): Promise<Published> {
    const { appender } = this.#shared();
    const forbidden = access === "own code" ? undefined : await this.#forbidden(updates, access);
    if (forbidden) return { outcome: "forbidden", ...forbidden };
    const from = this.timers.elapsed();
    const appended = await appender.updates(updates, receipt);
    if (appended.outcome === "conflict") return appended;
    const fresh = appended.outcome === "appended" ? updates.length : 0;
    this.meter.appended(this.timers.elapsed() - from, fresh);
    return { outcome: "published", ids: appended.ids };
  }

  /** Accepts no new stream from now on. Ends each stream cleanly after `graceMs` milliseconds, the time for load balancers to notice. */
  async drain(graceMs: number): Promise<void> {
    if (this.#state === "open") this.#state = "draining";
    this.connections.shutDown();
    await new Promise<void>((resolve) => this.timers.after(graceMs, resolve));
    await this.connections.endAll();
  }

  /** Closes the log, after it has stored everything that it accepted. */
  async close(): Promise<void> {
    await this.#topics?.log.close();
  }

  /** Finds the first topic that the token does not cover. Works a few milliseconds in each turn of the event loop. */
  async #forbidden(
    updates: readonly Update[],
    access: Access,
  ): Promise<{ topic: Topic; index: number } | undefined> {
    let slice = new Slice(this.timers);
    for (const [index, { topics }] of updates.entries()) {
      for (const topic of topics) {
        if (!covers(access, "publish", topic)) return { topic, index };
        if (slice.isOver) {
          await nextTurn();
          slice = new Slice(this.timers);
        }
      }
    }
    return undefined;
  }

  #lose(error: HubError): HubError {
    this.#state = "lost";
    this.connections.shutDown();
    return error;
  }

  /** Opens a stream of a group without history: the connection gets only the chunks that are sent from now on. */
  #join(group: Group, request: StreamRequest, expiresAt = Number.POSITIVE_INFINITY): Subscribed {
    const reason = this.connections.refusal(request.client);
    if (reason) return { open: false, reason };
    const onClose = (closed: Connection) => group.leave(closed);
    const connection = this.connections.open({ ...request, expiresAt, onClose });
    group.join(connection);
    return { open: true, connection };
  }

  #levels(): Levels {
    const { connections, audiences, subscriptions } = this;
    return {
      connections: connections.size,
      audiences,
      lagging: connections.lagging,
      subscriptions: subscriptions.size,
      waiting: this.#topics?.appender.waiting ?? 0,
    };
  }

  #deliver(entries: readonly [Entry, ...Entry[]], takenAt: number): void {
    const { history, audiences } = this.#shared();
    history.deliver(entries);
    audiences.deliver(entries, () => this.meter.delivered(this.timers.elapsed() - takenAt));
  }

  #shared() {
    if (this.#topics) return this.#topics;
    throw new HubError("log:not-shared", "this deployment has no log that all its instances share");
  }
}
