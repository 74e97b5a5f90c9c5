/**
 * Encodes text/event-stream. Only this file makes a Chunk, so every write of a sink is well-formed.
 * Each chunk is encoded once, and shared by all its connections.
 * Source: WHATWG HTML, section 9.2.5 (parsing an event stream) and 9.2.6 (interpreting it).
 */

import { GAP_EVENT, HEARTBEAT_EVENT } from "../../protocol/events.ts";

declare const encoded: unique symbol;

/** Bytes for one write. Connections share them: they MUST NOT be changed. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The number of events in it; heartbeats don't count. */
  readonly events: number;
  readonly [encoded]: true;
}

/** One event. Only `data` is required: a client does not dispatch an event without data. */
export interface EventFields {
  /** Becomes the client's Last-Event-ID. No NULL, CR or LF. */
  readonly id?: string;
  /** The event's type; `message` without one. No NULL, CR or LF. */
  readonly type?: string;
  /** The time that the client waits before it reconnects, in milliseconds. */
  readonly retry?: number;
  /** Any text. The client receives each line end (CR, LF, CRLF) as LF. */
  readonly data: string;
}

const encoder = new TextEncoder();

function chunk(text: string, events: number): Chunk {
  return { bytes: encoder.encode(text), events } as Chunk;
}

// [spec] A single CR ends a line too.
const LINE_END = /\r\n|\r|\n/;
// [spec] A client ignores an id with NULL, so it would not resume, without any error.
const UNSAFE = /[\0\r\n]/;

// [spec] A client removes one space from the start of a value, so only a value that starts with a space needs another one.
function field(name: string, value: string): string {
  return value.startsWith(" ") ? `${name}: ${value}\n` : `${name}:${value}\n`;
}

/** Makes a `data` field for each line. Works in one pass: a megabyte of data may have a million lines. */
function dataLines(data: string): string {
  const lines = `\n${data}`.replaceAll(/(?:\r\n|\r|\n)( ?)/g, "\ndata:$1$1");
  return `${lines.slice(1)}\n`;
}

/**
 * Encodes one event.
 * @throws RangeError if `id` or `type` has NULL, CR or LF: with a line end, text from outside could add fields
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

/** Makes a chunk of the stored bytes of one event, which `encodeEvent` made before. */
export function storedFrame(bytes: Uint8Array<ArrayBuffer>): Chunk {
  return { bytes, events: 1 } as Chunk;
}

/** Joins chunks for one write. A single chunk is returned without a copy. */
export function join(chunks: readonly [Chunk, ...Chunk[]]): Chunk {
  const [first] = chunks;
  if (chunks.length === 1) return first;
  let length = 0;
  let events = 0;
  for (const one of chunks) {
    length += one.bytes.length;
    events += one.events;
  }
  // Does not use Node's shared buffer pool: a chunk lives as long as its slowest reader, and would keep the whole pool in memory.
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const one of chunks) {
    bytes.set(one.bytes, offset);
    offset += one.bytes.length;
  }
  return { bytes, events } as Chunk;
}

/** The empty chunk, for a page with no entry that the reader may see. */
export const NOTHING: Chunk = chunk("", 0);

/**
 * Encodes a new Last-Event-ID for the client, without an event.
 * [spec] At an empty line the client stores the id. Without data it dispatches no event: HTML, section 9.2.6.
 */
export function encodeCursor(id: string): Chunk {
  return chunk(`${field("id", id)}\n`, 0);
}

/** The data of a gap event. */
export interface Gap {
  /** The event id that the client asked to resume after. */
  readonly requested: string;
  /** The id after which the stream continues, or `earliest`. It becomes the client's Last-Event-ID. */
  readonly continuesAfter: string;
}

/** Encodes a report that updates are missing here: an event of the type `runnel:gap`, with the gap as JSON in its data. */
export function encodeGap(gap: Gap): Chunk {
  const { bytes } = encodeEvent({
    id: gap.continuesAfter,
    type: GAP_EVENT,
    data: JSON.stringify(gap),
  });
  return { bytes, events: 0 } as Chunk;
}

/** A comment. It keeps the connection open, and scripts do not see it. */
export const COMMENT: Chunk = chunk(":\n\n", 0);

/**
 * Encodes the first bytes of a stream. They MUST be sent at once: the response head is sent with them, and the client's `open` event
 * waits for the head.
 * @param retryMs the time that the client waits before it reconnects when this stream is lost, in milliseconds
 */
export function encodeOpening(retryMs: number): Chunk {
  return chunk(`:\nretry:${retryMs}\n\n`, 0);
}

/** Encodes the last bytes of a stream: the time to wait before the reconnect, in milliseconds. */
export function encodeFarewell(retryMs: number): Chunk {
  return chunk(`retry:${retryMs}\n\n`, 0);
}

/**
 * Encodes the heartbeat that scripts can see: an event of the type `runnel:heartbeat`, with the interval in seconds as data.
 * It has no id, so the client's Last-Event-ID does not change.
 */
export function encodeHeartbeat(seconds: number): Chunk {
  return chunk(`event:${HEARTBEAT_EVENT}\ndata:${seconds}\n\n`, 0);
}
