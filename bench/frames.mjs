/**
 * Reads one response of a server as it comes from the socket, in pieces of any size: the head, the chunks (RFC 9112,
 * section 7.1), and in them the events (WHATWG HTML, section 9.2.5 and 9.2.6). It copies nothing and makes no string after the
 * head: the load must cost less than the server.
 */

const LF = 10;
const CR = 13;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const COLON = 58;

const IN_HEAD = 0;
const IN_SIZE = 1;
const IN_SIZE_EXTENSION = 2;
const IN_CHUNK = 3;
const AFTER_CHUNK = 4;

const NAME = 0;
const ID_VALUE = 1;
const DATA_VALUE = 2;
const OTHER = 3;

const ID = [...Buffer.from("id")];
const DATA = [...Buffer.from("data")];

/** @param {number} byte a hexadecimal digit */
const hex = (byte) => (byte <= NINE ? byte - ZERO : (byte | 32) - 87);

export class StreamReader {
  #onOpen;
  #onEvent;
  #head = "";
  #state = IN_HEAD;
  #chunkLeft = 0;
  #line = NAME;
  #column = 0;
  /** @type {readonly number[]} the name that the line may still turn out to have */
  #name = ID;
  #afterCR = false;
  #id = 0;
  #hasData = false;

  /**
   * @param {() => void} onOpen the head has come, and it is a stream's
   * @param {(id: number) => void} onEvent an event that a client would dispatch, and its id: the last one sent, a number, 0 without one
   */
  constructor(onOpen, onEvent) {
    this.#onOpen = onOpen;
    this.#onEvent = onEvent;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} length how many of them count
   * @throws {Error} if the response is no chunked event stream, or has ended
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
          else if (byte === 59) this.#state = IN_SIZE_EXTENSION;
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
          for (; i < end; i++) this.#read(/** @type {number} */ (bytes[i]));
          if (this.#chunkLeft === 0) this.#state = AFTER_CHUNK;
          break;
        }
        default:
          if (byte === LF) this.#state = IN_SIZE;
          i++;
      }
    }
  }

  #endHead() {
    const head = this.#head.toLowerCase();
    if (
      !head.startsWith("http/1.1 200 ") ||
      !head.includes("\r\ncontent-type: text/event-stream") ||
      !head.includes("\r\ntransfer-encoding: chunked\r\n")
    ) {
      throw new Error(`no event stream: ${JSON.stringify(this.#head)}`);
    }
    this.#head = "";
    this.#state = IN_SIZE;
    this.#onOpen();
  }

  #startChunk() {
    if (this.#chunkLeft === 0) throw new Error("the server ended the stream");
    this.#state = IN_CHUNK;
  }

  /** @param {number} byte of the stream */
  #read(byte) {
    if (byte === LF || byte === CR) {
      // [spec] CR LF ends one line, not two.
      if (byte === CR || !this.#afterCR) this.#endLine();
      this.#afterCR = byte === CR;
      return;
    }
    this.#afterCR = false;
    const column = this.#column++;
    if (this.#line === NAME) this.#readName(byte, column);
    else if (this.#line === ID_VALUE && byte !== SPACE) this.#id = this.#id * 10 + byte - ZERO;
  }

  /** @param {number} byte @param {number} column */
  #readName(byte, column) {
    if (column === 0) this.#name = byte === DATA[0] ? DATA : ID;
    if (byte === this.#name[column]) return;
    if (byte !== COLON || column !== this.#name.length) {
      this.#line = OTHER;
    } else if (this.#name === DATA) {
      this.#line = DATA_VALUE;
      this.#hasData = true;
    } else {
      this.#line = ID_VALUE;
      this.#id = 0;
    }
  }

  #endLine() {
    const empty = this.#column === 0;
    // [spec] A line without a colon is a field's name, its value empty.
    if (this.#line === NAME && this.#name === DATA && this.#column === DATA.length) {
      this.#hasData = true;
    }
    this.#line = NAME;
    this.#column = 0;
    if (!empty || !this.#hasData) return;
    this.#hasData = false;
    this.#onEvent(this.#id);
  }
}
