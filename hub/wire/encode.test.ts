import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  COMMENT,
  type EventFields,
  encodeEvent,
  encodeFarewell,
  encodeHeartbeat,
  encodeOpening,
} from "./encode.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Returns the events that a parser of another project reads. */
function parse(bytes: Uint8Array) {
  const events: EventSourceMessage[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry: (ms) => retries.push(ms),
  });
  parser.feed(text(bytes));
  return { events, retries };
}

describe("encodeEvent", () => {
  test("encodes an event with an id and data to the exact bytes", () => {
    const chunk = encodeEvent({ id: "1507", data: "time is now" });
    expect(text(chunk.bytes)).toBe("id:1507\ndata:time is now\n\n");
    expect(chunk.events).toBe(1);
  });

  test("makes one event, from which a client reads exactly the data, for any data", () => {
    const line = fc.string({ unit: "binary" });
    const nasty = fc.constantFrom("\r", "\n", "\r\n", ": ", " ", "data:", "id:1\n\n", "event:x\n");
    fc.assert(
      fc.property(fc.array(fc.oneof(line, nasty)), (parts) => {
        const data = parts.join("");
        const { events, retries } = parse(encodeEvent({ id: "7", type: "t", data }).bytes);
        const lines = data.replace(/\r\n|\r/g, "\n");
        expect(events).toEqual([
          { id: "7", event: "t", data: new TextDecoder().decode(new TextEncoder().encode(lines)) },
        ]);
        expect(retries).toEqual([]);
      }),
    );
  });

  test("keeps a space at the start of a line", () => {
    const { events } = parse(encodeEvent({ id: " 1", data: " a\n  b" }).bytes);
    expect(events[0]).toMatchObject({ id: " 1", data: " a\n  b" });
  });

  const injections: EventFields[] = [
    { id: "1\ndata:x", data: "" },
    { id: "1\r", data: "" },
    { id: "1\0", data: "" },
    { type: "a\nid:2", data: "" },
    { type: "a\r", data: "" },
  ];
  test.each(injections)("refuses an id or type that would end its line: %j", (event) => {
    expect(() => encodeEvent(event)).toThrow(RangeError);
  });
});

describe("the bytes of a stream that are not updates", () => {
  test("have a retry time in the opening and the farewell, and dispatch no event for them", () => {
    for (const chunk of [encodeOpening(1234), encodeFarewell(1234)]) {
      expect(parse(chunk.bytes)).toEqual({ events: [], retries: [1234] });
      expect(chunk.events).toBe(0);
    }
  });

  test("have a heartbeat as a comment, or as an event with the interval and no id", () => {
    expect(parse(COMMENT.bytes)).toEqual({ events: [], retries: [] });
    const seen = [{ event: "runnel:heartbeat", data: "15", id: undefined }];
    expect(parse(encodeHeartbeat(15).bytes).events).toEqual(seen);
  });
});
