import type { FakeBrowser } from "./fake-browser.ts";
import type { FakeTab } from "./fake-tab.ts";

interface LockRequest {
  readonly tab: FakeTab;
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The holder of a lock, and the queue of requests for it. Source: Web Locks API, section 3.4 (algorithms). */
export class LockQueue {
  readonly #browser: FakeBrowser;
  #holder: LockRequest | undefined;
  #waiting: LockRequest[] = [];

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  get size(): number {
    return this.#waiting.length + (this.#holder ? 1 : 0);
  }

  get holder(): FakeTab | undefined {
    return this.#holder?.tab;
  }

  add(request: LockRequest): void {
    this.#waiting.push(request);
    this.#next();
  }

  steal(request: LockRequest): void {
    const holder = this.#holder;
    if (holder) {
      const error = new DOMException("stolen", "AbortError");
      this.#later(() => holder.tab.task("lock", () => holder.reject(error)));
    }
    this.#grant(request);
  }

  abort(request: LockRequest): void {
    if (!this.#waiting.includes(request)) return;
    this.#waiting = this.#waiting.filter((one) => one !== request);
    request.reject(new DOMException("aborted", "AbortError"));
  }

  forget(tab: FakeTab): void {
    this.#waiting = this.#waiting.filter((request) => request.tab !== tab);
    if (this.#holder?.tab === tab) this.#release(this.#holder);
  }

  #next(): void {
    if (this.#holder) return;
    const request = this.#waiting.shift();
    if (request) this.#grant(request);
  }

  #grant(request: LockRequest): void {
    this.#holder = request;
    const { tab, run, resolve, reject } = request;
    this.#later(() =>
      tab.task("lock", () => {
        run().then((value) => {
          resolve(value);
          this.#release(request);
        }, reject);
      }),
    );
  }

  #release(request: LockRequest): void {
    if (this.#holder !== request) return;
    this.#holder = undefined;
    this.#next();
  }

  #later(run: () => void): void {
    this.#browser.at(this.#browser.random() * 10, run);
  }
}

/** One tab's view of the locks of its browser. */
export class FakeLocks implements LockManager {
  readonly #tab: FakeTab;

  constructor(tab: FakeTab) {
    this.#tab = tab;
  }

  query(): Promise<LockManagerSnapshot> {
    throw new Error("nobody asks");
  }

  request<T>(name: string, callback: LockGrantedCallback<T>): Promise<Awaited<T>>;
  request<T>(
    name: string,
    options: LockOptions,
    callback: LockGrantedCallback<T>,
  ): Promise<Awaited<T>>;
  request(
    name: string,
    options: LockOptions | LockGrantedCallback<unknown>,
    callback?: LockGrantedCallback<unknown>,
  ): Promise<unknown> {
    if (typeof options === "function" || !callback) throw new Error("nobody asks so");
    const { signal, steal } = options;
    const tab = this.#tab;
    const queue = tab.browser.queue(name);
    return new Promise((resolve, reject) => {
      if (tab.refusesLocks) throw new DOMException("refused", "SecurityError");
      if (steal && signal) throw new DOMException("steal with signal", "NotSupportedError");
      const lock = { name, mode: "exclusive" as const };
      const run = () => Promise.resolve(callback(lock));
      const request = { tab, run, resolve, reject };
      signal?.addEventListener("abort", () => queue.abort(request));
      if (steal) queue.steal(request);
      else queue.add(request);
    });
  }
}
