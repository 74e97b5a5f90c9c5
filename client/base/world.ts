/** Stops what returned it. Stopping twice is fine. */
export type Stop = () => void;

/** Why a source that is CLOSED is: the browser's own doesn't say. */
export interface Ending {
  /** In words. */
  readonly why: string;
  /** The words are of use to whoever can mend it: they are shown although the stream was lost before. */
  readonly explained?: boolean;
  /** What the server wants to be waited for, in milliseconds. */
  readonly waitMs?: number;
  /** The server wants nobody to come back. */
  readonly final?: boolean;
}

/** As much of an EventSource as is used. Source: WHATWG HTML, section 9.2.2. */
export interface EventSourceLike {
  /** 0 connecting, 1 open, 2 closed. */
  readonly readyState: number;
  readonly ending?: Ending | undefined;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** As much of a BroadcastChannel as is used. Source: WHATWG HTML, section 9.6. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  close(): void;
}

/** Everything outside that a stream touches, passed in: tests bring their own clock, page and EventSource. */
export interface World {
  /** undefined: there is no such thing here. */
  readonly EventSource: (new (url: string) => EventSourceLike) | undefined;
  /** For streams with a Bearer token, which an EventSource cannot send. */
  readonly fetch: typeof fetch | undefined;
  /** undefined: not here, as on plain HTTP off localhost. Source: Web Locks API. */
  readonly locks: LockManager | undefined;
  /** Talks to all tabs of this origin that ask for the same name; undefined: not here. */
  channel(name: string): ChannelLike | undefined;
  /** What relative addresses are relative to; undefined: nobody has any. */
  readonly base?: string | undefined;
  /** Hears `pagehide`, `pageshow`, `online` and `visibilitychange`; undefined: nobody tells. */
  readonly page: Pick<EventTarget, "addEventListener" | "removeEventListener"> | undefined;
  visible(): boolean;
  /** Milliseconds since 1970, as somebody's clock has it: it may be set, back too. */
  now(): number;
  /** Milliseconds on a clock that nobody sets: for spans of time. */
  elapsed(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once, `ms` milliseconds from now. */
  after(ms: number, callback: () => void): Stop;
  /** Calls back once, before the next frame is drawn, or soon if none is. */
  frame(callback: () => void): void;
}

// A hidden tab draws no frames, and its list has to move on all the same.
const LONGEST_FRAME_MS = 250;

/** The browser's world, read when it is asked for: a server that renders has none of it. */
export function browserWorld(): World {
  const after: World["after"] = (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  };
  return {
    EventSource: globalThis.EventSource,
    fetch: globalThis.fetch?.bind(globalThis),
    locks: globalThis.navigator?.locks,
    channel: (name) =>
      globalThis.BroadcastChannel === undefined ? undefined : new BroadcastChannel(name),
    base: globalThis.document?.baseURI,
    page: globalThis.window,
    visible: () => globalThis.document?.visibilityState !== "hidden",
    now: Date.now,
    elapsed: () => performance.now(),
    random: Math.random,
    after,
    frame(callback) {
      const stop = () => {
        globalThis.cancelAnimationFrame?.(frame);
        stopTimer();
      };
      const run = () => {
        stop();
        callback();
      };
      const frame = globalThis.requestAnimationFrame?.(run);
      const stopTimer = after(LONGEST_FRAME_MS, run);
    },
  };
}
