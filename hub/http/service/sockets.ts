import type { Socket } from "node:net";

/** The header field for the number of the request's socket. Our server sets it and replaces any value that the client sent. */
export const SOCKET_HEADER = "x-runnel-socket";

/** The open sockets, by number. A route handler has no access to its request's socket, but knows the number. */
export class Sockets {
  readonly #byNumber = new Map<string, Socket>();
  readonly #numbers = new WeakMap<Socket, string>();
  #count = 0;

  /** The number of open sockets. */
  get size(): number {
    return this.#byNumber.size;
  }

  /** Returns the socket's number. It is the same for each request on the socket. */
  numberOf(socket: Socket): string {
    const known = this.#numbers.get(socket);
    if (known !== undefined) return known;
    this.#count += 1;
    const number = String(this.#count);
    this.#numbers.set(socket, number);
    // The socket is closed already if its request came before the hub had started.
    if (socket.closed) return number;
    this.#byNumber.set(number, socket);
    socket.once("close", () => this.#byNumber.delete(number));
    return number;
  }

  /** Returns a function that resets the request's connection. The function keeps no reference to the request. */
  resetOf({ headers }: Request): () => void {
    const number = headers.get(SOCKET_HEADER) ?? "";
    return () => this.#reset(number);
  }

  /** Resets a connection. A reset discards bytes that the kernel has not sent. A close would continue to send them. */
  #reset(number: string): void {
    const socket = this.#byNumber.get(number);
    try {
      socket?.resetAndDestroy();
    } catch {
      // TLS and pipes have no reset.
    }
    // A reset alone waits until everything was written. A stalled reader would block that for ever.
    socket?.destroy();
  }
}
