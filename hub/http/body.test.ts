import { expect, test } from "vitest";
import { readBody } from "./body.ts";

const HERE = "https://hub.example.com/";

/** A body whose length nobody has declared, ten bytes at a time. */
function endless() {
  const seen = { reads: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.reads += 1;
        controller.enqueue(new Uint8Array(10));
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, body };
}

const post = (init: RequestInit & { duplex?: "half" }) =>
  new Request(HERE, { method: "POST", ...init });

test("a body is read as it came, up to the last byte that it may have", async () => {
  expect(await readBody(post({ body: "é\r\n" }), 4)).toEqual(Buffer.from("é\r\n"));
  expect(await readBody(post({ body: "12345" }), 4)).toBeUndefined();
});

test("no body is an empty one", async () => {
  expect(await readBody(post({}), 4)).toEqual(Buffer.alloc(0));
});

test("a body that is declared too large is not read at all", async () => {
  const { seen, body } = endless();
  const request = post({ body, duplex: "half", headers: { "Content-Length": "1000" } });
  expect(await readBody(request, 999)).toBeUndefined();
  expect(seen).toEqual({ reads: 0, cancelled: false });
});

test("a body without an end is read no further than it may be long, and let go", async () => {
  const { seen, body } = endless();
  expect(await readBody(post({ body, duplex: "half" }), 25)).toBeUndefined();
  expect(seen).toEqual({ reads: 3, cancelled: true });
});
