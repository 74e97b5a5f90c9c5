import type { Chunk } from "./encode.ts";

/** An event as a client gets it. */
export interface ReceivedEvent {
  /** What a later stream goes on from. */
  readonly id: string;
  /** `message`, where the publisher gave none. */
  readonly type: string;
  readonly data: string;
}

const decoder = new TextDecoder();

/**
 * The events of a chunk. It reads what `encode.ts` writes, in its form: whole blocks, lines that end with LF.
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
    // [spec] Without data nothing is dispatched.
    if (data.length > 0) events.push({ id, type, data: data.join("\n") });
  }
  return events;
}
