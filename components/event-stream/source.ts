import type { Backoff } from "./options.ts";
import type { Retry, Status } from "./types.ts";
import { Watchdog } from "./watchdog.ts";
import type { EventSourceLike, Stop, World } from "./world.ts";

/** The event by which a server says, in its data, how many seconds of silence are usual. */
const HEARTBEAT = "runnel:heartbeat";
/** The event by which a server says that it goes on behind what it was asked for. */
const GAP = "runnel:gap";
const CLOSED = 2;
/** A server that takes the connection and never answers is waited for this long, in milliseconds. */
const NO_ANSWER_MS = 30_000;
/** The browser's own try is waited for longer: its wait before it, which the server may have chosen, is part of this. */
const NO_RETRY_MS = 120_000;

export interface SourceHandlers {
  onStatus(status: Status): void;
  onOpen(): void;
  onMessage(data: string, id: string): void;
  /** Events are missing between the last one and the next. */
  onGap(): void;
  /** The connection was lost, or never came about; told once until the next onOpen. `next`: what happens now. */
  onLoss(next: string): void;
}

/**
 * One connection that comes back. Where the browser tries again by itself it is left to do so; where it has given up
 * (HTML, section 9.2.3: anything but a 200 of the right type "fails the connection"), or where an open stream has
 * died in silence, a new EventSource is built. There is never more than one.
 */
export class Source {
  readonly #url: string;
  readonly #world: World;
  readonly #backoff: Backoff;
  readonly #on: SourceHandlers;
  readonly #watchdog: Watchdog;
  #current: EventSourceLike | undefined;
  #stopWaiting: Stop | undefined;
  #stopPatience: Stop | undefined;
  #attempt = 0;

  constructor(url: string, world: World, backoff: Backoff, handlers: SourceHandlers) {
    this.#url = url;
    this.#world = world;
    this.#backoff = backoff;
    this.#on = handlers;
    this.#watchdog = new Watchdog(world, (ms) =>
      this.#rebuild(`nothing came for ${seconds(ms)}, so it is taken for dead`),
    );
  }

  /** Opens the connection, in place of one that there was. */
  start(): void {
    this.stop();
    this.#on.onStatus({ state: "connecting" });
    this.#build();
  }

  /** Closes it, and tries no more. Idempotent. */
  stop(): void {
    this.#let();
    this.#attempt = 0;
  }

  /** Ends a wait before the next try: the network is back, or somebody looks. */
  hurry(): void {
    if (this.#stopWaiting === undefined) return;
    this.#tell({ by: "page", at: null });
    this.#build();
  }

  #build(): void {
    this.#let();
    const { EventSource } = this.#world;
    if (EventSource === undefined) {
      this.#on.onStatus({ state: "unsupported" });
      return;
    }
    const source = new EventSource(this.#url);
    this.#current = source;
    this.#bePatient(NO_ANSWER_MS);
    // An event of a source that was replaced is nobody's any more.
    const on = (type: string, listener: (event: MessageEvent) => void) =>
      source.addEventListener(type, (event) => {
        if (this.#current === source) listener(event);
      });
    on("open", () => this.#opened());
    on("message", ({ data, lastEventId }) => {
      this.#watchdog.heard();
      this.#on.onMessage(String(data), lastEventId);
    });
    on(GAP, () => {
      this.#watchdog.heard();
      this.#on.onGap();
    });
    on(HEARTBEAT, ({ data }) => this.#watchdog.promise(String(data)));
    on("error", () => {
      if (source.readyState === CLOSED) {
        this.#rebuild(
          "no event stream was to be had there (an error, another content type, or no CORS permission)",
        );
      } else this.#browserRetries();
    });
  }

  #opened(): void {
    this.#stopPatience?.();
    this.#attempt = 0;
    this.#on.onStatus({ state: "open", via: "own", held: false });
    this.#on.onOpen();
  }

  #browserRetries(): void {
    this.#bePatient(NO_RETRY_MS);
    this.#watchdog.stop();
    this.#lost("no connection; the browser tries again by itself", { by: "browser" });
  }

  #bePatient(ms: number): void {
    this.#stopPatience?.();
    this.#stopPatience = this.#world.after(ms, () => this.#rebuild(`no answer for ${seconds(ms)}`));
  }

  #rebuild(why: string): void {
    this.#let();
    const { first, longest } = this.#backoff;
    // Half to all of it, by chance: the clients of a server that went away do not come back as one.
    const full = Math.min(longest, first * 2 ** this.#attempt);
    const ms = full * (0.5 + this.#world.random() / 2);
    const at = this.#world.now() + ms;
    this.#lost(`${why}; next try in ${seconds(ms)}`, { by: "page", at });
    this.#stopWaiting = this.#world.after(ms, () => this.hurry());
  }

  #lost(detail: string, next: Retry): void {
    this.#attempt += 1;
    this.#tell(next);
    if (this.#attempt === 1) this.#on.onLoss(detail);
  }

  #tell(next: Retry): void {
    this.#on.onStatus({ state: "reconnecting", attempt: this.#attempt, next });
  }

  /** Lets go of the connection, and of the wait for one. */
  #let(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#stopPatience?.();
    this.#stopPatience = undefined;
    this.#watchdog.stop();
    this.#current?.close();
    this.#current = undefined;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
