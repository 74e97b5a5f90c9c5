/**
 * Reads the events (WHATWG HTML, sections 9.2.5 and 9.2.6) of one response, in pieces of any size. After the head it copies nothing and
 * makes
 * no string, and it skips bytes without meaning in a separate loop: the load must cost less than the server.
 */
import { ResponseReader } from "./response.mjs";

const LF = 10;
const CR = 13;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const COLON = 58;

/** The states of the current line. */
const NAME = 0;
const ID_VALUE = 1;
const DATA_VALUE = 2;
const REST = 3;

const ID = [...Buffer.from("id")];
const DATA = [...Buffer.from("data")];

/**
 * Returns the position of the next byte that is a line end, or may be one.
 * @param {Uint8Array} bytes
 * @param {number} i
 * @param {number} end
 */
function restEnd(bytes, i, end) {
  let at = i;
  while (at < end && /** @type {number} */ (bytes[at]) > CR) at++;
  return at;
}

/**
 * Handles an event that a client would dispatch.
 * @callback OnEvent
 * @param {number} id the number at the start of the last id; 0 without one
 * @param {number} first the number at the start of the data; 0 without one
 * @param {number} second the number after it, separated by a space; 0 without one
 */

export class StreamReader {
  /** The last id as it was written, if `keepsId` is set. */
  lastId = "";
  #keepsId;
  #onEvent;
  #response;
  #line = NAME;
  #column = 0;
  /** @type {readonly number[]} the field name that the line may still have */
  #name = ID;
  #afterCR = false;
  #id = 0;
  #first = 0;
  #second = 0;
  /** Whether the second number of the data has begun. */
  #inSecond = false;
  #hasData = false;

  /**
   * @param {() => void} onOpen called when the head has arrived and belongs to a stream
   * @param {OnEvent} onEvent
   * @param {{ keepsId?: boolean }} [options]
   */
  constructor(onOpen, onEvent, { keepsId = false } = {}) {
    this.#onEvent = onEvent;
    this.#keepsId = keepsId;
    this.#response = new ResponseReader(
      (head) => {
        if (
          !head.startsWith("http/1.1 200 ") ||
          !head.includes("\r\ncontent-type: text/event-stream")
        ) {
          throw new Error(`no event stream: ${JSON.stringify(head)}`);
        }
        onOpen();
      },
      (bytes, start, end) => this.#read(bytes, start, end),
    );
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} length the number of valid bytes
   * @throws {Error} if the response is no event stream, or has ended
   */
  push(bytes, length) {
    this.#response.push(bytes, length);
  }

  /** @param {Uint8Array} bytes @param {number} start @param {number} end */
  #read(bytes, start, end) {
    let i = start;
    while (i < end) {
      if (this.#column === 0) i = this.#skipName(bytes, i, end);
      if (this.#line === REST) i = restEnd(bytes, i, end);
      else if (this.#line === DATA_VALUE) i = this.#readDigits(bytes, i, end);
      if (i === end) break;
      const byte = /** @type {number} */ (bytes[i++]);
      if (byte === LF || byte === CR) {
        // [spec] CR LF ends one line, not two.
        if (byte === CR || !this.#afterCR) this.#endLine();
        this.#afterCR = byte === CR;
        continue;
      }
      this.#afterCR = false;
      const column = this.#column++;
      if (this.#line === NAME) this.#readName(byte, column);
      else if (this.#line === DATA_VALUE) this.#readData(byte, column);
      else if (this.#line === ID_VALUE) this.#readId(byte, column);
    }
  }

  /** Skips `data:` if all of it is there, as it nearly always is. @param {Uint8Array} bytes @param {number} i @param {number} end */
  #skipName(bytes, i, end) {
    const after = i + DATA.length + 1;
    if (after > end || bytes[after - 1] !== COLON) return i;
    for (let j = 0; j < DATA.length; j++) if (bytes[i + j] !== DATA[j]) return i;
    this.#afterCR = false;
    this.#name = DATA;
    this.#column = DATA.length + 1;
    this.#startData();
    return after;
  }

  /** @param {number} byte @param {number} column */
  #readName(byte, column) {
    if (column === 0) this.#name = byte === DATA[0] ? DATA : ID;
    if (byte === this.#name[column]) return;
    if (byte !== COLON || column !== this.#name.length) {
      this.#line = REST;
    } else if (this.#name === DATA) {
      this.#startData();
    } else {
      this.#line = ID_VALUE;
      this.#id = 0;
      this.lastId = "";
    }
  }

  #startData() {
    // If the data has several lines, the first line has the numbers.
    this.#line = this.#hasData ? REST : DATA_VALUE;
    this.#hasData = true;
  }

  /** @param {number} byte @param {number} column */
  #readId(byte, column) {
    // [spec] One space after the colon is not part of the value.
    if (byte === SPACE && column === ID.length + 1) return;
    if (this.#keepsId) this.lastId += String.fromCharCode(byte);
    if (byte >= ZERO && byte <= NINE) this.#id = this.#id * 10 + byte - ZERO;
    else if (!this.#keepsId) this.#line = REST;
  }

  /** @param {Uint8Array} bytes @param {number} i @param {number} end */
  #readDigits(bytes, i, end) {
    let value = this.#inSecond ? this.#second : this.#first;
    let at = i;
    for (; at < end; at++) {
      const digit = /** @type {number} */ (bytes[at]) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (this.#inSecond) this.#second = value;
    else this.#first = value;
    if (at > i) this.#afterCR = false;
    this.#column += at - i;
    return at;
  }

  /** Reads a byte that separates the data's numbers, or ends them. @param {number} byte @param {number} column */
  #readData(byte, column) {
    if (byte !== SPACE || this.#inSecond) this.#line = REST;
    else if (column !== DATA.length + 1) this.#inSecond = true;
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
    this.#onEvent(this.#id, this.#first, this.#second);
    this.#hasData = this.#inSecond = false;
    this.#first = this.#second = 0;
  }
}
