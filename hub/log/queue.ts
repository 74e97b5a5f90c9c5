/** The array is compacted when at least this many slots at its start, and half of all slots, are empty. */
const COMPACT_FROM = 64;

/** A first-in, first-out queue with access by index. All operations take constant time, while `Array.shift` moves all items. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Returns the item at an index; 0 is the oldest. */
  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#start];
    // Releases the item now. The compaction of the array may come much later.
    this.#items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start >= COMPACT_FROM && this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Returns the first index whose item is not before the wanted one, by binary search. The items MUST be in order. */
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
