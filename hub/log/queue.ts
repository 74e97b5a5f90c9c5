/** Beyond this many, the places that shifting left are given back once they are half of all. */
const COMPACT_FROM = 64;

/** First in, first out, and any place read in between: all in constant time, where `Array.shift` moves everything. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The item at a place, 0 being the first. */
  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#start];
    // Let go of it now, not when the array is next compacted.
    this.#items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start >= COMPACT_FROM && this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** The first place whose item is not before what is sought; the items MUST be in order. */
  lowerBound(isBefore: (item: T) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.at(middle);
      if (item !== undefined && isBefore(item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
