import { GAP_EVENT, HEARTBEAT_EVENT } from "../../protocol/events.ts";
import { type Backoff, waitMs } from "../base/backoff.ts";
import type { Feed, FeedHandlers } from "../base/feed.ts";
import { seconds } from "../base/seconds.ts";
import type { Retry } from "../base/snapshot.ts";
import type { Ending, EventSourceLike, Stop, World } from "../base/world.ts";
import type { Connect } from "./connect.ts";
import { PathWatch } from "./path-watch.ts";
import { Patience } from "./patience.ts";
import { Watchdog } from "./watchdog.ts";

const CLOSED = 2;
/** The ending of a refusal when the browser reports no reason. */
const REFUSED: Ending = {
  why: "no event stream was to be had there (an error, another content type, or no CORS permission)",
};

export interface SourceOptions {
  readonly connect: Connect;
  /** Types of events that are reported, beside `message`. */
  readonly types: readonly string[];
  /** The server is asked for heartbeats that scripts can see: a hub's first bytes contain one. */
  readonly heartbeats: boolean;
  /** Called before each try that follows a refusal. */
  readonly renew: (() => Promise<unknown>) | undefined;
  readonly backoff: Backoff;
  readonly world: World;
}

/**
 * A connection that reconnects. If the browser tries again by itself, it is left to do so. A new connection is made when the browser has
 * given up (HTML, section 9.2.3: anything but a 200 of the right type "fails the connection"), or when an open stream is dead. It resumes
 * after the last id. There is never more than one connection.
 */
export class Source implements Feed {
  readonly #options: SourceOptions;
  readonly #on: FeedHandlers;
  readonly #watchdog: Watchdog;
  readonly #path: PathWatch;
  readonly #patience: Patience;
  #lastId: string | undefined;
  #current: EventSourceLike | undefined;
  /** The connection's state, if it has no problem. */
  #state: "connecting" | "open" | undefined;
  #stopWaiting: Stop | undefined;
  /** The first bytes are expected to contain a heartbeat. false once something else came first: that server sends none. */
  #beats: boolean;
  /** Data came since the connection was opened. */
  #begun = false;
  #attempt = 0;
  #refused = false;
  /** The last reason that was reported for a loss. */
  #told: string | undefined;
  /** Counts attempts: an answer to an earlier attempt is ignored. */
  #round = 0;

  constructor(options: SourceOptions, handlers: FeedHandlers) {
    this.#options = options;
    this.#on = handlers;
    this.#watchdog = new Watchdog(options.world, (ms) =>
      this.#rebuild({ why: `nothing came for ${seconds(ms)}, so it is taken for dead` }),
    );
    this.#path = new PathWatch(options.world, () => this.#tellState());
    this.#patience = new Patience(options.world, (why) => this.#rebuild({ why }));
    this.#beats = options.heartbeats;
  }

  start(after?: string): void {
    this.stop();
    this.#lastId = after;
    this.#state = "connecting";
    this.#tellState();
    this.#build();
  }

  stop(): void {
    this.#let();
    this.#state = undefined;
    this.#attempt = 0;
    this.#refused = false;
  }

  hurry(): void {
    if (this.#stopWaiting === undefined) return;
    this.#tell({ by: "page", at: null });
    this.#try();
  }

  /** Makes the next try; after a refusal, it renews first. */
  #try(): void {
    this.#let();
    const { renew } = this.#options;
    if (renew === undefined || !this.#refused) {
      this.#build();
      return;
    }
    const round = this.#round;
    this.#patience.for("renewal");
    const failed = (error: unknown) => {
      const why = `the renewal failed: ${error instanceof Error ? error.message : String(error)}`;
      if (this.#round === round) this.#rebuild({ why, explained: true });
    };
    new Promise((resolve) => resolve(renew())).then(() => {
      if (this.#round === round) this.#build();
    }, failed);
  }

  #build(): void {
    this.#let();
    const source = this.#options.connect(this.#lastId);
    if (source === undefined) {
      this.#on.onStatus({ state: "unsupported" });
      return;
    }
    this.#current = source;
    this.#patience.for("answer");
    // During reconnection the status stays `reconnecting`. A slow server is not a path that holds back.
    if (this.#beats && this.#state === "connecting") this.#path.expect();
    // Events of a source that was replaced are ignored.
    const on = (type: string, listener: (event: Event) => void) =>
      source.addEventListener(type, (event) => {
        if (this.#current === source) listener(event);
      });
    // Servers choose the types of their events, and may use the names of these two. Such an event does not change the connection's state.
    on("open", (event) => {
      if (!(event instanceof MessageEvent)) this.#opened();
    });
    on("error", (event) => {
      if (event instanceof MessageEvent) return;
      if (source.readyState === CLOSED) this.#closed(source.ending ?? REFUSED);
      else this.#browserRetries();
    });
    for (const type of new Set([HEARTBEAT_EVENT, GAP_EVENT, "message", ...this.#options.types]))
      on(type, (event) => {
        if (event instanceof MessageEvent) this.#heard(event);
      });
  }

  #opened(): void {
    this.#begun = false;
    if (this.#beats) this.#patience.for("beginning");
    else this.#patience.stop();
    this.#attempt = 0;
    this.#refused = false;
    this.#told = undefined;
    this.#state = "open";
    if (this.#beats) this.#path.expect();
    this.#tellState();
    this.#on.onOpen();
  }

  #heard({ type, data, lastEventId: id }: MessageEvent): void {
    const text = String(data);
    this.#patience.heard();
    if (!this.#begun) this.#begins(type);
    if (type === HEARTBEAT_EVENT) {
      this.#watchdog.promise(text);
      this.#path.beat(text);
    } else {
      this.#watchdog.heard();
      this.#path.heard();
    }
    // A new source has no id until the server sends one. Until then the last id still counts.
    const moved = id !== "" && id !== this.#lastId;
    if (id !== "") this.#lastId = id;
    if (type === GAP_EVENT) this.#on.onGap();
    if (type !== HEARTBEAT_EVENT && type !== GAP_EVENT) this.#on.onEvent({ id, type, data: text });
    else if (moved) this.#on.onCursor(id);
  }

  /** Notes the first event. A hub begins with a heartbeat, or with a gap before it. */
  #begins(type: string): void {
    this.#begun = true;
    this.#beats = this.#options.heartbeats && (type === HEARTBEAT_EVENT || type === GAP_EVENT);
    if (!this.#beats) this.#path.dismiss();
  }

  #closed(ending: Ending): void {
    this.#refused = true;
    if (!ending.final) this.#rebuild(ending);
    else {
      this.#let();
      this.#on.onLoss(ending.why);
      this.#on.onStatus({ state: "closed" });
    }
  }

  #browserRetries(): void {
    this.#patience.for("retry");
    this.#watchdog.stop();
    this.#path.stop();
    this.#lost({ why: "no connection; the browser tries again by itself" }, { by: "browser" });
  }

  #rebuild({ why, explained = false, waitMs: wantedMs }: Ending): void {
    this.#let();
    const { backoff, world } = this.#options;
    const random = world.random();
    const ms = waitMs(backoff, { failed: this.#attempt, random, wantedMs });
    const at = world.now() + ms;
    this.#lost(
      { why: `${why}; next try in ${seconds(ms)}`, explained: explained && why !== this.#told },
      { by: "page", at },
    );
    this.#told = why;
    this.#stopWaiting = world.after(ms, () => this.hurry());
  }

  #lost({ why, explained = false }: Ending, next: Retry): void {
    this.#attempt += 1;
    this.#state = undefined;
    this.#tell(next);
    if (this.#attempt === 1 || explained) this.#on.onLoss(why);
  }

  #tell(next: Retry): void {
    this.#on.onStatus({ state: "reconnecting", attempt: this.#attempt, next });
  }

  #tellState(): void {
    const { held } = this.#path;
    if (this.#state === "open") this.#on.onStatus({ state: "open", via: "own", held });
    else if (this.#state === "connecting")
      this.#on.onStatus(held ? { state: "connecting", held } : { state: "connecting" });
  }

  /** Closes the connection, and stops all waits. */
  #let(): void {
    this.#round += 1;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#patience.stop();
    this.#watchdog.stop();
    this.#path.stop();
    this.#current?.close();
    this.#current = undefined;
  }
}
