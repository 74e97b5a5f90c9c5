export interface BodyBounds {
  readonly maxBytes: number;
  readonly maxBytesPerClient: number;
}

/**
 * Counts the bytes of all request bodies that are being read at once, and bounds them: many clients that withhold their last byte would
 * fill the memory. Each client has a share, so one client cannot keep the others from sending.
 */
export class BodyBudget {
  readonly #bounds: BodyBounds;
  readonly #byClient = new Map<string, number>();
  #bytes = 0;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /** All that is counted now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Counts more bytes of the client; false: nothing is counted, since a bound is reached already. So a bound is passed by no more than one
   * call adds, and one body of any length is always accepted.
   */
  add(client: string, bytes: number): boolean {
    const { maxBytes, maxBytesPerClient } = this.#bounds;
    const its = this.#byClient.get(client) ?? 0;
    if (this.#bytes >= maxBytes || its >= maxBytesPerClient) return false;
    this.#bytes += bytes;
    this.#byClient.set(client, its + bytes);
    return true;
  }

  /** Takes back bytes that `add` has counted. */
  remove(client: string, bytes: number): void {
    this.#bytes -= bytes;
    const left = (this.#byClient.get(client) ?? 0) - bytes;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }
}
