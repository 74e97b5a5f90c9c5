import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerReader } from "./answers.mjs";

const ANSWERS = [
  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
  "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 413 Too Large\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHTTP\r\n1;x=y\r\n \r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\n",
];

test("answers are separated correctly in pieces of any size", () => {
  const bytes = Buffer.from(ANSWERS.join(""));
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }), (ends) => {
      const statuses: number[] = [];
      const reader = new AnswerReader((status) => statuses.push(status));
      const cuts = [0, ...ends.sort((a, b) => a - b), bytes.length];
      cuts.forEach((end, i) => {
        const piece = bytes.subarray(cuts[i - 1] ?? 0, end);
        reader.push(piece, piece.length);
      });
      expect(statuses).toEqual([200, 202, 413, 200]);
    }),
  );
});
