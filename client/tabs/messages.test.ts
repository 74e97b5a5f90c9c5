import { expect, test } from "vitest";
import { type Message, parseMessage } from "./messages.ts";
import { NO_TERM, nextTerm } from "./term.ts";

const term = nextTerm(NO_TERM, 1_700_000_000_000, "a");
const standing = { status: { state: "open", via: "tab", held: false } } as const;
const items = [
  { kind: "event", id: "1", type: "message", data: "x" },
  { kind: "cursor", id: "2" },
  { kind: "gap" },
] as const;
const at = { by: "page", at: null } as const;
const reconnecting = { state: "reconnecting", attempt: 1, next: at } as const;

const MESSAGES: Message[] = [
  { kind: "ping" },
  { kind: "hurry" },
  { kind: "hello", tab: "a", ask: 1, term: NO_TERM, seq: 0 },
  { kind: "hello", tab: "a", ask: 1, after: "", term, seq: 3 },
  { kind: "lead", term, seq: 0, from: "", standing },
  { kind: "item", term, seq: 1, item: items[0] },
  { kind: "standing", term, seq: 2, standing: { status: reconnecting, loss: "why" } },
  {
    ...{ kind: "welcome", term, seq: 3, to: "a", ask: 1, standing },
    ...{ id: "2", found: true, items, base: "0" },
  },
];

test.each(MESSAGES)("a message is parsed as it was sent: $kind", (message) => {
  expect(parseMessage(structuredClone(message))).toEqual(message);
});

test("an open status that a tab sends as its own is parsed as another tab's", () => {
  const status = { state: "open", via: "own", held: true };
  expect(parseMessage({ kind: "standing", term, seq: 0, standing: { status } })).toMatchObject({
    standing: { status: { state: "open", via: "tab", held: true } },
  });
});

test("a message with a missing or invalid part is rejected, and nothing throws", () => {
  // The last one is here because `via` of an open status is ignored anyway.
  const optional = ["after", "loss", "held", "via"];
  const spoil = (value: unknown): unknown[] => {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, part]) => {
      if (optional.includes(key)) return [];
      return [undefined, {}, [null], ...spoil(part)].map((other) =>
        Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other },
      );
    });
  };
  for (const message of MESSAGES) {
    const copies = spoil(message);
    expect(copies.length).toBeGreaterThan(0);
    for (const wrong of copies) expect(parseMessage(wrong), JSON.stringify(wrong)).toBeUndefined();
  }
  for (const wrong of [undefined, null, 1, "ping", [], () => {}])
    expect(parseMessage(wrong)).toBeUndefined();
});

test("each term is greater than all that its tab knew, whatever the clock says, and differs from every other tab's", () => {
  const first = nextTerm(NO_TERM, 1_700_000_000_000.5, "b");
  const later = nextTerm(first, 1_600_000_000_000, "a");
  expect(first > NO_TERM).toBe(true);
  expect(later > first).toBe(true);
  expect(nextTerm(later, 1_800_000_000_000, "a") > later).toBe(true);
  expect(nextTerm(NO_TERM, 5, "a")).not.toBe(nextTerm(NO_TERM, 5, "b"));
});
