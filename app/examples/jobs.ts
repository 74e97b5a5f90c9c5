export interface JobsOptions {
  /** The most jobs that run at once. */
  readonly atOnce: number;
  /** The longest time of a job, in milliseconds. After that, the job is stopped. */
  readonly longestMs: number;
  /** Runs the work outside of the current request. Otherwise the work would keep the framework's data of that request. */
  readonly outside: <T>(work: () => T) => T;
  readonly onError: (topic: string, error: unknown) => void;
}

/** Works on the topic until it is done or the signal aborts. It publishes its own end. */
export type Work = (topic: string, signal: AbortSignal) => Promise<void>;

interface Job {
  readonly stop: AbortController;
  /** Resolves when the job is over; never rejects. */
  ended: Promise<void>;
}

/** The jobs of this server. A job publishes to a topic of its own. It outlives the request that started it, and its readers. */
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

  /** @returns false: the most jobs run already, or one works on this topic */
  start(topic: string, work: Work): boolean {
    if (this.#running.size >= this.#options.atOnce || this.has(topic)) return false;
    const stop = new AbortController();
    const job: Job = { stop, ended: Promise.resolve() };
    this.#running.set(topic, job);
    job.ended = this.#options.outside(() => this.#run(topic, work, stop));
    return true;
  }

  /** Stops a job. Resolves when it has stopped, and its topic says so. */
  async stop(topic: string): Promise<void> {
    const job = this.#running.get(topic);
    job?.stop.abort();
    await job?.ended;
  }

  /** Cleans up after a job that may be lost, unless one works on the topic. It runs once, however many callers ask at the same time. */
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
