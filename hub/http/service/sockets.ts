import type { Socket } from "node:net";

/** Where our server puts the number of the socket that a request came on, over whatever the client may have sent there. */
export const SOCKET_HEADER = "x-runnel-socket";

/** Knows the sockets of requests by number: a route handler sees none. */
export class Sockets {
  readonly #byNumber = new Map<string, Socket>();
  readonly #numbers = new WeakMap<Socket, string>();
  #count = 0;

  /** How many are open. */
  get size(): number {
    return this.#byNumber.size;
  }

  /** The same for each request on the socket. */
  numberOf(socket: Socket): string {
    const known = this.#numbers.get(socket);
    if (known !== undefined) return known;
    this.#count += 1;
    const number = String(this.#count);
    this.#numbers.set(socket, number);
    // Of a request that came before the hub had started.
    if (socket.closed) return number;
    this.#byNumber.set(number, socket);
    socket.once("close", () => this.#byNumber.delete(number));
    return number;
  }

  /** Returns a function that resets the request's connection. It holds nothing of the request. */
  resetOf({ headers }: Request): () => void {
    const number = headers.get(SOCKET_HEADER) ?? "";
    return () => this.#reset(number);
  }

  /** A reset drops what the kernel has not sent; a mere close would go on sending it. */
  #reset(number: string): void {
    const socket = this.#byNumber.get(number);
    try {
      socket?.resetAndDestroy();
    } catch {
      // TLS and pipes have no reset.
    }
    // A reset by itself waits until all was written, which a reader that has stalled never lets happen.
    socket?.destroy();
  }
}
