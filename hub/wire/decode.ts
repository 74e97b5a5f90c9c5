import type { Chunk } from "./encode.ts";

/** An event as a client receives it. */
export interface ReceivedEvent {
  /** The id to resume after in a later stream. */
  readonly id: string;
  /** The event's type; `message` if the publisher gave none. */
  readonly type: string;
  readonly data: string;
}

const decoder = new TextDecoder();

/**
 * Returns the events of a chunk. It reads only the form that `encode.ts` writes: whole blocks, and lines that end with LF.
 * Source: WHATWG HTML, section 9.2.6.
 */
export function decodeEvents(chunk: Chunk): ReceivedEvent[] {
  const events: ReceivedEvent[] = [];
  for (const block of decoder.decode(chunk.bytes).split("\n\n")) {
    let id = "";
    let type = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).replace(/^ /, "");
      const name = line.slice(0, colon);
      if (name === "id") id = value;
      else if (name === "event") type = value;
      else if (name === "data") data.push(value);
    }
    // [spec] An event without data is not dispatched.
    if (data.length > 0) events.push({ id, type, data: data.join("\n") });
  }
  return events;
}
