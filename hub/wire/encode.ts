/**
 * text/event-stream, encoded. Only this file makes a Chunk, so what a sink writes is well-formed,
 * and one encode is shared by every connection that gets it.
 * Source: WHATWG HTML, section 9.2.5 (parsing an event stream) and 9.2.6 (interpreting it).
 */

import { GAP_EVENT, HEARTBEAT_EVENT } from "../../protocol/events.ts";

declare const encoded: unique symbol;

/** Bytes for one write, shared by all that get them: nobody MUST change them. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many events it holds; heartbeats don't count. */
  readonly events: number;
  readonly [encoded]: true;
}

/** One event. Each field is optional but `data`, without which a client dispatches nothing. */
export interface EventFields {
  /** Becomes the client's Last-Event-ID. No NULL, CR or LF. */
  readonly id?: string;
  /** The event's type; `message` without one. No NULL, CR or LF. */
  readonly type?: string;
  /** What the client waits before it comes back, in milliseconds. */
  readonly retry?: number;
  /** Any text; its line ends (CR, LF, CRLF) reach the client as LF. */
  readonly data: string;
}

const encoder = new TextEncoder();

function chunk(text: string, events: number): Chunk {
  return { bytes: encoder.encode(text), events } as Chunk;
}

// [spec] CR alone ends a line too.
const LINE_END = /\r\n|\r|\n/;
// [spec] A client ignores an id with NULL, so it would silently not resume.
const UNSAFE = /[\0\r\n]/;

// [spec] A client takes one space off the front of a value, so only a value that starts with one needs another.
function field(name: string, value: string): string {
  return value.startsWith(" ") ? `${name}: ${value}\n` : `${name}:${value}\n`;
}

/** A field for each line of the data. In one pass: a megabyte may be as many lines. */
function dataLines(data: string): string {
  const lines = `\n${data}`.replaceAll(/(?:\r\n|\r|\n)( ?)/g, "\ndata:$1$1");
  return `${lines.slice(1)}\n`;
}

/**
 * Encodes one event.
 * @throws RangeError if `id` or `type` holds a character that would end its line: text from outside could otherwise add fields.
 */
export function encodeEvent(event: EventFields): Chunk {
  let text = "";
  if (event.id !== undefined) {
    if (UNSAFE.test(event.id)) throw new RangeError("an event's id holds no NULL, CR or LF");
    text += field("id", event.id);
  }
  if (event.type !== undefined) {
    if (UNSAFE.test(event.type)) throw new RangeError("an event's type holds no NULL, CR or LF");
    text += field("event", event.type);
  }
  if (event.retry !== undefined) text += field("retry", String(event.retry));
  text += LINE_END.test(event.data) ? dataLines(event.data) : field("data", event.data);
  return chunk(`${text}\n`, 1);
}

/** Bytes that `encodeEvent` once made, and a log has kept. */
export function storedFrame(bytes: Uint8Array<ArrayBuffer>): Chunk {
  return { bytes, events: 1 } as Chunk;
}

/** Joined for one write; a lone chunk is itself, uncopied. */
export function join(chunks: readonly [Chunk, ...Chunk[]]): Chunk {
  const [first] = chunks;
  if (chunks.length === 1) return first;
  let length = 0;
  let events = 0;
  for (const one of chunks) {
    length += one.bytes.length;
    events += one.events;
  }
  // Chunks live as long as their slowest reader, which would keep all of a shared pool's buffer alive.
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const one of chunks) {
    bytes.set(one.bytes, offset);
    offset += one.bytes.length;
  }
  return { bytes, events } as Chunk;
}

/** No bytes: where a stretch of the log holds nothing for a reader. */
export const NOTHING: Chunk = chunk("", 0);

/**
 * Moves the client's Last-Event-ID on, with no event.
 * [spec] An empty line takes the id over, and dispatches nothing without data: HTML, section 9.2.6.
 */
export function encodeCursor(id: string): Chunk {
  return chunk(`${field("id", id)}\n`, 0);
}

/** What is told of a gap. */
export interface Gap {
  /** The event id that the client asked to go on from. */
  readonly requested: string;
  /** The id after which the stream goes on, or `earliest`. It becomes the client's Last-Event-ID. */
  readonly continuesAfter: string;
}

/** Updates are missing before what follows: an event of the type `runnel:gap`, whose data is the gap as JSON. */
export function encodeGap(gap: Gap): Chunk {
  const { bytes } = encodeEvent({
    id: gap.continuesAfter,
    type: GAP_EVENT,
    data: JSON.stringify(gap),
  });
  return { bytes, events: 0 } as Chunk;
}

/** A comment: keeps the path open, invisible to scripts. */
export const COMMENT: Chunk = chunk(":\n\n", 0);

/**
 * The first bytes of a stream. Nothing may hold them back: the head leaves with them, and `open` fires on it.
 * @param retryMs how long the client waits before it comes back when this stream is lost, in milliseconds
 */
export function encodeOpening(retryMs: number): Chunk {
  return chunk(`:\nretry:${retryMs}\n\n`, 0);
}

/** The last bytes of a stream: when to come back, in milliseconds. */
export function encodeFarewell(retryMs: number): Chunk {
  return chunk(`retry:${retryMs}\n\n`, 0);
}

/**
 * The heartbeat that scripts can see: an event of the type `runnel:heartbeat` whose data is the interval in seconds.
 * It carries no id, so the client's Last-Event-ID stays.
 */
export function encodeHeartbeat(seconds: number): Chunk {
  return chunk(`event:${HEARTBEAT_EVENT}\ndata:${seconds}\n\n`, 0);
}
