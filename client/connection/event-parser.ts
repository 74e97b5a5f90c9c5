import type { StreamEvent } from "../base/feed.ts";

/** The most characters of one event, or of one line: more than any hub sends. */
const LONGEST = 2 ** 24;

export interface EventParserHandlers {
  onEvent(event: StreamEvent): void;
  /** Milliseconds to wait before the next connection. */
  onRetry(ms: number): void;
}

/**
 * A parser of text/event-stream. Other parsers forget an id that comes without data, but a hub sends the start position of a stream in that
 * way.
 * Source: WHATWG HTML, section 9.2.6.
 */
export class EventParser {
  readonly #on: EventParserHandlers;
  #id: string;
  #type = "";
  #data: string[] = [];
  #characters = 0;
  #rest = "";
  #afterCr = false;

  /** @param id the Last-Event-ID that the stream resumes after */
  constructor(id: string, handlers: EventParserHandlers) {
    this.#id = id;
    this.#on = handlers;
  }

  /**
   * Parses the next piece, which may end anywhere.
   * @throws RangeError when an event exceeds the limit
   */
  feed(piece: string): void {
    if (piece === "") return;
    // [spec] CRLF is one line end, even if a piece ends between the two.
    const text = this.#afterCr && piece.startsWith("\n") ? piece.slice(1) : piece;
    this.#afterCr = piece.endsWith("\r");
    const lines = text.split(text.includes("\r") ? /\r\n|\r|\n/ : "\n");
    // The pieces of a line are only joined here, not parsed again: a line may come in many pieces.
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
    if (this.#rest.length + this.#characters > LONGEST)
      throw new RangeError(`an event is longer than ${LONGEST} characters`);
  }

  #take(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    // [spec] One space after the colon is removed.
    const from = line[colon + 1] === " " ? colon + 2 : colon + 1;
    const value = colon < 0 ? "" : line.slice(from);
    if (name === "data") {
      this.#data.push(value);
      this.#characters += value.length;
    } else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.#on.onRetry(Number(value));
  }

  #dispatch(): void {
    const [id, type, data] = [this.#id, this.#type, this.#data];
    this.#type = "";
    this.#characters = 0;
    // [spec] The id is kept. Without data there is no event.
    if (data.length === 0) return;
    this.#data = [];
    this.#on.onEvent({ id, type: type === "" ? "message" : type, data: data.join("\n") });
  }
}
