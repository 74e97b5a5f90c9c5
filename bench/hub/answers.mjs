/** Reads the answers on a publisher's connection, one after another, and reports the status of each. */

const END_OF_HEAD = "\r\n\r\n";

export class AnswerReader {
  #onAnswer;
  #text = "";

  /** @param {(status: number, head: string) => void} onAnswer */
  constructor(onAnswer) {
    this.#onAnswer = onAnswer;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} length the number of valid bytes
   */
  push(bytes, length) {
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
    let from = 0;
    for (let end = this.#endOf(from); end > 0; end = this.#endOf(from)) {
      this.#onAnswer(Number(this.#text.slice(from + 9, from + 12)), this.#text.slice(from, end));
      from = end;
    }
    this.#text = this.#text.slice(from);
  }

  /** Returns the end of the answer that begins here; 0 if it is not complete. @param {number} from */
  #endOf(from) {
    const body = this.#text.indexOf(END_OF_HEAD, from) + END_OF_HEAD.length;
    if (body < END_OF_HEAD.length) return 0;
    const head = this.#text.slice(from, body);
    const size = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const end = size === undefined ? this.#endOfChunks(body) : body + Number(size);
    return end > this.#text.length ? 0 : end;
  }

  /** @param {number} from */
  #endOfChunks(from) {
    let at = from;
    while (true) {
      const line = this.#text.indexOf("\r\n", at);
      if (line < 0) return 0;
      const size = Number.parseInt(this.#text.slice(at, line), 16);
      at = line + 2 + size + 2;
      if (size === 0) return at;
      if (at > this.#text.length) return 0;
    }
  }
}
