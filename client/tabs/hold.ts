/** Callbacks of a lock that one tab at a time holds. */
export interface HoldHandlers {
  onHeld(): void;
  /** Another tab has stolen the lock. */
  onLost(): void;
  /** The browser refuses locks here. */
  onRefused(): void;
}

interface Attempt {
  over: boolean;
  end: () => void;
}

/** A lock that is held until it is released or stolen. Source: Web Locks API. */
export class Hold {
  readonly #locks: LockManager;
  readonly #name: string;
  readonly #on: HoldHandlers;
  #attempt: Attempt | undefined;

  constructor(locks: LockManager, name: string, handlers: HoldHandlers) {
    this.#locks = locks;
    this.#name = name;
    this.#on = handlers;
  }

  /** Requests the lock, and waits in the queue. */
  ask(): void {
    const controller = new AbortController();
    this.#request({ signal: controller.signal }, () => controller.abort());
  }

  /** Steals the lock from its holder, before all waiting tabs. */
  steal(): void {
    // [spec] A request that steals cannot be aborted: it is granted at once.
    this.#request({ steal: true }, () => {});
  }

  /** Releases the lock, or cancels the request. Idempotent. */
  let(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt === undefined) return;
    attempt.over = true;
    attempt.end();
  }

  #request(options: LockOptions, end: () => void): void {
    this.let();
    const attempt: Attempt = { over: false, end };
    this.#attempt = attempt;
    const held = () =>
      new Promise<void>((release) => {
        if (attempt.over) return release();
        attempt.end = release;
        this.#on.onHeld();
      });
    this.#locks.request(this.#name, options, held).catch((error: unknown) => {
      if (attempt.over) return;
      this.#attempt = undefined;
      // The grant may be reported late, when another tab has stolen the lock already.
      attempt.over = true;
      if (error instanceof DOMException && error.name === "AbortError") this.#on.onLost();
      else this.#on.onRefused();
    });
  }
}
