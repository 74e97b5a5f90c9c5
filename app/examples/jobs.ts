export interface JobsOptions {
  /** How many may run at once. */
  readonly atOnce: number;
  /** In milliseconds; then a job is stopped. */
  readonly longestMs: number;
  /** Runs the work as if no request had asked for it: else it would carry along all that the framework keeps for one. */
  readonly outside: <T>(work: () => T) => T;
  readonly onError: (topic: string, error: unknown) => void;
}

/** Works on the topic until it is done, or the signal says that it is to stop; publishes its own end. */
export type Work = (topic: string, signal: AbortSignal) => Promise<void>;

interface Job {
  readonly stop: AbortController;
  /** Resolves when it is over; it never rejects. */
  ended: Promise<void>;
}

/** What this server works on. A job publishes to a topic of its own, and outlives the request that started it and all who read along. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #running = new Map<string, Job>();
  readonly #cleanups = new Map<string, Promise<void>>();

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  has(topic: string): boolean {
    return this.#running.has(topic);
  }

  /** @returns false: as many as may run at once already do, or one works on this topic */
  start(topic: string, work: Work): boolean {
    if (this.#running.size >= this.#options.atOnce || this.has(topic)) return false;
    const stop = new AbortController();
    const job: Job = { stop, ended: Promise.resolve() };
    this.#running.set(topic, job);
    job.ended = this.#options.outside(() => this.#run(topic, work, stop));
    return true;
  }

  /** Stops it; resolves when it has, and its topic says so. */
  async stop(topic: string): Promise<void> {
    const job = this.#running.get(topic);
    job?.stop.abort();
    await job?.ended;
  }

  /** Cleans up behind a job that may be lost, unless one works on the topic: once, however many ask for it at the same time. */
  async cleanUp(topic: string, work: () => Promise<void>): Promise<void> {
    if (this.has(topic)) return;
    let running = this.#cleanups.get(topic);
    if (!running) {
      running = work().finally(() => this.#cleanups.delete(topic));
      this.#cleanups.set(topic, running);
    }
    await running;
  }

  async #run(topic: string, work: Work, stop: AbortController): Promise<void> {
    const { longestMs, onError } = this.#options;
    const overdue = setTimeout(() => stop.abort(), longestMs);
    try {
      await work(topic, stop.signal);
    } catch (error) {
      onError(topic, error);
    } finally {
      clearTimeout(overdue);
      this.#running.delete(topic);
    }
  }
}
