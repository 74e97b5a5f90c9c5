export interface BodyBounds {
  readonly maxBytes: number;
  readonly maxBytesPerClient: number;
}

/**
 * Limits the bytes of all request bodies that are being read. Otherwise clients that withhold their last byte could fill the memory.
 * Each client also has its own limit, so one client cannot block the others.
 */
export class BodyBudget {
  readonly #bounds: BodyBounds;
  readonly #byClient = new Map<string, number>();
  #bytes = 0;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /** The bytes of all clients that are counted now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Counts more bytes of the client; false: a limit is reached already, and nothing is counted. One call may pass a limit with the bytes
   * that it adds. So one body of any length is always accepted.
   */
  add(client: string, bytes: number): boolean {
    const { maxBytes, maxBytesPerClient } = this.#bounds;
    const its = this.#byClient.get(client) ?? 0;
    if (this.#bytes >= maxBytes || its >= maxBytesPerClient) return false;
    this.#bytes += bytes;
    this.#byClient.set(client, its + bytes);
    return true;
  }

  /** Removes bytes that `add` has counted. */
  remove(client: string, bytes: number): void {
    this.#bytes -= bytes;
    const left = (this.#byClient.get(client) ?? 0) - bytes;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }
}
