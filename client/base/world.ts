/** Stops the thing that returned it. It may be called twice. */
export type Stop = () => void;

/** Why a source is CLOSED. The browser's own EventSource does not report this. */
export interface Ending {
  /** As text for people. */
  readonly why: string;
  /** The text helps to solve the problem, so it is shown even if the loss was reported before. */
  readonly explained?: boolean;
  /** The wait that the server asks for, in milliseconds. */
  readonly waitMs?: number;
  /** The server asks clients not to reconnect. */
  readonly final?: boolean;
}

/** The part of an EventSource that is used. Source: WHATWG HTML, section 9.2.2. */
export interface EventSourceLike {
  /** 0 connecting, 1 open, 2 closed. */
  readonly readyState: number;
  readonly ending?: Ending | undefined;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** The part of a BroadcastChannel that is used. Source: WHATWG HTML, section 9.6. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  close(): void;
}

/** Everything outside of a stream that it uses, passed in: tests bring their own clock, page and EventSource. */
export interface World {
  /** undefined: not available here. */
  readonly EventSource: (new (url: string) => EventSourceLike) | undefined;
  /** For streams with a Bearer token, because an EventSource cannot send one. */
  readonly fetch: typeof fetch | undefined;
  /** undefined: not available, as on plain HTTP off localhost. Source: Web Locks API. */
  readonly locks: LockManager | undefined;
  /** Opens a channel between all tabs of this origin that use the same name; undefined: not available. */
  channel(name: string): ChannelLike | undefined;
  /** The base of relative addresses; undefined: relative addresses cannot be used. */
  readonly base?: string | undefined;
  /** Dispatches `pagehide`, `pageshow`, `online` and `visibilitychange`; undefined: there is no page. */
  readonly page: Pick<EventTarget, "addEventListener" | "removeEventListener"> | undefined;
  visible(): boolean;
  /** Milliseconds since 1970, by the system clock, which may be set forward or back. */
  now(): number;
  /** Milliseconds on a monotonic clock, for durations. */
  elapsed(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once, `ms` milliseconds from now. */
  after(ms: number, callback: () => void): Stop;
  /** Calls back once, before the next frame is drawn, or soon if no frame is drawn. */
  frame(callback: () => void): void;
}

// A hidden tab draws no frames, but its list has to be updated too.
const LONGEST_FRAME_MS = 250;

/** Returns the browser's world. It is read at the call, because a server render has none of it. */
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
