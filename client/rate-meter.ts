/** How many seconds of rates are kept. */
export const SECONDS = 60;
/** The rate is the mean of this many seconds: steady enough to read, and quick enough to follow. */
const MEAN_OVER = 3;

/** Counts events by the second, for the last minute. `now` MUST NOT decrease: milliseconds on a monotonic clock. */
export class RateMeter {
  #counts = new Array<number>(SECONDS).fill(0);
  #total = 0;
  /** When the current second began. */
  #began: number | undefined;
  /** Whole seconds measured so far, up to a minute. */
  #measured = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts one event at `now`. */
  count(now: number): void {
    // The first event is put into the middle of its second. A stream with one event a second would otherwise fall on the edges.
    // Its rate would then read 0, 2, 0, 2, where it is an even 1.
    this.#began ??= now - 500;
    this.#moveTo(now);
    this.#total += 1;
    this.#counts[SECONDS - 1] = (this.#counts[SECONDS - 1] ?? 0) + 1;
  }

  /** Events in each of the last 60 seconds, oldest first; the last one is still counting. */
  rates(now: number): readonly number[] {
    this.#moveTo(now);
    return [...this.#counts];
  }

  /** Events a second, over the last three whole seconds, or over as many as there were. */
  rate(now: number): number {
    this.#moveTo(now);
    const over = Math.min(MEAN_OVER, this.#measured);
    if (over === 0) return this.#counts[SECONDS - 1] ?? 0;
    return this.#counts.slice(-1 - over, -1).reduce((sum, n) => sum + n, 0) / over;
  }

  #moveTo(now: number): void {
    if (this.#began === undefined) return;
    const seconds = Math.floor((now - this.#began) / 1000);
    if (seconds <= 0) return;
    this.#began += seconds * 1000;
    this.#measured = Math.min(SECONDS, this.#measured + seconds);
    const kept = this.#counts.slice(Math.min(seconds, SECONDS));
    this.#counts = [...kept, ...new Array<number>(SECONDS - kept.length).fill(0)];
  }
}
