/**
 * Reads one response from the socket, in pieces of any size: the head, and then the body. The body is decoded from its chunks (RFC 9112,
 * section 7.1), or read up to the connection's end (section 6.3). After the head it copies nothing and makes no string.
 */

const LF = 10;
const CR = 13;
const ZERO = 48;
const NINE = 57;
const SEMICOLON = 59;

const IN_HEAD = 0;
const IN_SIZE = 1;
const IN_SIZE_EXTENSION = 2;
const IN_CHUNK = 3;
const AFTER_CHUNK = 4;
const IN_BODY = 5;

/** @param {number} byte a hexadecimal digit */
const hex = (byte) => (byte <= NINE ? byte - ZERO : (byte | 32) - 87);

export class ResponseReader {
  #onHead;
  #onBody;
  #head = "";
  #state = IN_HEAD;
  #chunkLeft = 0;

  /**
   * @param {(head: string) => void} onHead gets the whole head, in lower case
   * @param {(bytes: Uint8Array, start: number, end: number) => void} onBody gets a piece of the body
   */
  constructor(onHead, onBody) {
    this.#onHead = onHead;
    this.#onBody = onBody;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} length the number of valid bytes
   * @throws {Error} if the body has ended
   */
  push(bytes, length) {
    let i = 0;
    while (i < length) {
      const byte = /** @type {number} */ (bytes[i]);
      switch (this.#state) {
        case IN_HEAD:
          this.#head += String.fromCharCode(byte);
          if (byte === LF && this.#head.endsWith("\r\n\r\n")) this.#endHead();
          i++;
          break;
        case IN_SIZE:
          if (byte === LF) this.#startChunk();
          else if (byte === SEMICOLON) this.#state = IN_SIZE_EXTENSION;
          else if (byte !== CR) this.#chunkLeft = this.#chunkLeft * 16 + hex(byte);
          i++;
          break;
        case IN_SIZE_EXTENSION:
          if (byte === LF) this.#startChunk();
          i++;
          break;
        case IN_CHUNK: {
          const end = Math.min(length, i + this.#chunkLeft);
          this.#chunkLeft -= end - i;
          this.#onBody(bytes, i, end);
          i = end;
          if (this.#chunkLeft === 0) this.#state = AFTER_CHUNK;
          break;
        }
        case IN_BODY:
          this.#onBody(bytes, i, length);
          i = length;
          break;
        default:
          if (byte === LF) this.#state = IN_SIZE;
          i++;
      }
    }
  }

  #endHead() {
    const head = this.#head.toLowerCase();
    this.#head = "";
    this.#state = head.includes("\r\ntransfer-encoding: chunked\r\n") ? IN_SIZE : IN_BODY;
    this.#onHead(head);
  }

  #startChunk() {
    if (this.#chunkLeft === 0) throw new Error("the server ended the stream");
    this.#state = IN_CHUNK;
  }
}
