import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { decodeUtf8, parseForm } from "./form.ts";

test("a form in UTF-8 is parsed as URLSearchParams parses it", () => {
  const pieces = fc.constantFrom("a", "B", "4", "f", "%", "%4", "%41", "%zz", "=", "&", "+", " ");
  const others = fc.constantFrom("%C3%A9", "%EF%BB%BF", ";", "?", "#", "%00", "\n");
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, others)), (parts) => {
      const text = parts.join("");
      // The constructor of URLSearchParams would remove a leading question mark.
      const pairs = [...new URLSearchParams(`&${text}`)];
      if (pairs.flat().join().includes("\ufffd")) expect(parseForm(text).ok).toBe(false);
      else expect(parseForm(text)).toEqual({ ok: true, pairs });
    }),
  );
});

test("text that is not percent-encoded is not changed", () => {
  // Node's URLSearchParams parses this one wrongly.
  expect(parseForm("é%zz%C3%A9=€")).toEqual({ ok: true, pairs: [["é%zzé", "€"]] });
});

test("a name without a value has an empty value", () => {
  expect(parseForm("private&a=")).toEqual({
    ok: true,
    pairs: [
      ["private", ""],
      ["a", ""],
    ],
  });
});

test.each(["a=%FF", "a=%C3", "a=%C3%28", "a=%ED%A0%80", "a=%C0%AF", "a=%F5%80%80%80", "a=%zz%FF"])(
  "a value that is not UTF-8 is an error, and not replaced: %s",
  (text) => {
    expect(parseForm(text)).toEqual({
      ok: false,
      reason: "invalid",
      problem: "a is not valid UTF-8",
    });
  },
);

test("a name that is not UTF-8 is an error, and the problem contains nothing of it", () => {
  expect(parseForm("b=1&%FF=2")).toEqual({
    ok: false,
    reason: "invalid",
    problem: "a field's name is not valid UTF-8",
  });
});

test("a byte order mark is part of the text", () => {
  expect(decodeUtf8(Buffer.from("\ufeffa"))).toBe("\ufeffa");
});

test("a form with more than 1,000 fields is refused as too large", () => {
  expect(parseForm("a=1&".repeat(999)).ok).toBe(true);
  for (const many of ["a=1&".repeat(1_001), "&".repeat(1_000_000)]) {
    expect(parseForm(many)).toMatchObject({ ok: false, reason: "too large" });
  }
});

test("a value keeps only its own characters in memory, and not the whole body", async () => {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  const kept: unknown[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 30; index += 1) {
    const body = Buffer.from(`topic=https://example.com/${index}&x=${"x".repeat(1_000_000)}`);
    const form = parseForm(body.toString());
    if (form.ok) kept.push(form.pairs[0]?.[1]);
  }
  await vi.waitFor(() => {
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });
  expect(kept.at(-1)).toBe("https://example.com/29");
});
