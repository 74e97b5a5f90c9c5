import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StreamReader } from "./frames.mjs";

const HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** Returns the results of a reader for a response in these pieces. */
function read(...pieces: string[]) {
  let opened = 0;
  const ids: number[] = [];
  const reader = new StreamReader(
    () => opened++,
    (id) => ids.push(id),
  );
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, "latin1");
    reader.push(bytes, bytes.length);
  }
  return { opened, ids };
}

describe("a reader of a response", () => {
  test("counts only the events that a client would dispatch", () => {
    const body = [":\nretry:2000\n\n", "id:5\ndata:a\n\n", ":\n\n", "id:6\n\n", "dat\n\n"];
    expect(read(HEAD, ...body.map(chunk))).toEqual({ opened: 1, ids: [5] });
  });

  test("keeps the id for events without one, as a client does", () => {
    expect(read(HEAD, chunk("id: 12\ndata:a\n\ndata:b\n\n")).ids).toEqual([12, 12]);
  });

  test("reads a line without a colon as a field name, as a client does", () => {
    expect(read(HEAD, chunk("id:3\ndata\n\n")).ids).toEqual([3]);
  });

  test("ends a line at LF, CR and CRLF", () => {
    const body = "id:1\ndata:a\n\nid:2\rdata:a\r\rid:3\r\ndata:a\r\n\r\n";
    expect(read(HEAD, chunk(body)).ids).toEqual([1, 2, 3]);
  });

  test("gets the same result from pieces of any size, with chunks that end anywhere", () => {
    const body = "event:message\nid:1700000000000\ndata:time is now\n\ndate:x\nid:7\ndata:\n\n";
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(body.length), { maxLength: 6 }),
        fc.uniqueArray(fc.nat(400), { maxLength: 12 }),
        (chunkEnds, pieceEnds) => {
          const response = HEAD + split(body, chunkEnds).map(chunk).join("");
          expect(read(...split(response, pieceEnds)).ids).toEqual([1_700_000_000_000, 7]);
        },
      ),
    );
  });

  test("reads a body without chunks, which ends with its connection", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";
    expect(read(head, "id: 7\nda", "ta: a\n\n: hi\n\nid: 8\ndata\n\n").ids).toEqual([7, 8]);
  });

  test.each([1, 2, 7, 1000])(
    "reads the two numbers at the start of the data, %i bytes at a time",
    (size) => {
      const numbers: number[][] = [];
      const reader = new StreamReader(
        () => {},
        (_id, first, second) => numbers.push([first, second]),
      );
      const events = [
        "data:00000012 0000000345 xx 6\n\n",
        "data: 7 8\n\n",
        "id:urn:uuid:9\ndata:1\ndata:2 3\n\n",
        "data:no 5\n\ndata:4x 5\n\n",
      ];
      const bytes = Buffer.from(HEAD + events.map(chunk).join(""));
      for (let i = 0; i < bytes.length; i += size) {
        const piece = bytes.subarray(i, i + size);
        reader.push(piece, piece.length);
      }
      expect(numbers).toEqual([
        [12, 345],
        [7, 8],
        [1, 0],
        [0, 0],
        [4, 0],
      ]);
    },
  );

  test("keeps the last id as it was written, if `keepsId` is set", () => {
    const reader = new StreamReader(
      () => {},
      () => {},
      { keepsId: true },
    );
    const bytes = Buffer.from(HEAD + chunk("id: 17:[1],-\ndata:a\n\nid:urn:uuid:2 b\ndata:a\n\n"));
    reader.push(bytes, bytes.length);
    expect(reader.lastId).toBe("urn:uuid:2 b");
  });

  test("refuses a response that is no event stream, and reports its end", () => {
    expect(() => read("HTTP/1.1 503 Service Unavailable\r\n\r\n")).toThrow("no event stream");
    expect(() => read(HEAD, "0\r\n\r\n")).toThrow("ended the stream");
  });
});

/** Splits the text at these positions, and leaves out empty parts. */
function split(text: string, ends: number[]): string[] {
  const cuts = [0, ...ends.sort((a, b) => a - b), text.length];
  return cuts.flatMap((end, i) => text.slice(cuts[i - 1] ?? 0, end) || []);
}
