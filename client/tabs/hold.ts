/** One at a time of all tabs holds it. */
export interface HoldHandlers {
  onHeld(): void;
  /** Another tab has stolen it. */
  onLost(): void;
  /** The browser gives no locks here. */
  onRefused(): void;
}

interface Attempt {
  over: boolean;
  end: () => void;
}

/** A lock that is held until it is let go, or stolen. Source: Web Locks API. */
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

  /** Waits for its turn. */
  ask(): void {
    const controller = new AbortController();
    this.#request({ signal: controller.signal }, () => controller.abort());
  }

  /** Takes it from whoever holds it, before all who wait. */
  steal(): void {
    // [spec] A request that steals can't be aborted: it is granted at once.
    this.#request({ steal: true }, () => {});
  }

  /** Lets it go, or waits for it no more. Idempotent. */
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
      // It may be told late that it was given the lock, which another has taken by now.
      attempt.over = true;
      if (error instanceof DOMException && error.name === "AbortError") this.#on.onLost();
      else this.#on.onRefused();
    });
  }
}
