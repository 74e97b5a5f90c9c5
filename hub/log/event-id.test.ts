import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventIds, ID_LENGTH } from "./event-id.ts";
import { toPosition } from "./log.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const position = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(toPosition);

test("an id is a valid UUID of version 8, and its position can be read from it", () => {
  fc.assert(
    fc.property(key, position, (secret, place) => {
      const ids = createEventIds(secret);
      const id = ids.idOf(place);
      expect(id).toMatch(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(ids.positionOf(id)).toBe(place);
      expect(ids.idOf(place)).toBe(id);
      expect(id).toHaveLength(ID_LENGTH);
    }),
  );
});

test("different positions have different ids", () => {
  fc.assert(
    fc.property(key, position, position, (secret, a, b) => {
      const ids = createEventIds(secret);
      expect(ids.idOf(a) === ids.idOf(b)).toBe(a === b);
    }),
  );
  const ids = createEventIds(new Uint8Array(32));
  const many = Array.from({ length: 20_000 }, (_, index) => ids.idOf(toPosition(index)));
  expect(new Set(many).size).toBe(many.length);
});

test("ids that are made at once equal ids that are made one by one", () => {
  fc.assert(
    fc.property(key, fc.nat(2 ** 40).map(toPosition), fc.nat(50), (secret, first, count) => {
      const ids = createEventIds(secret);
      const singly = Array.from({ length: count }, (_, index) =>
        ids.idOf(toPosition(first + index)),
      );
      expect(ids.idsFrom(first, count)).toEqual(singly);
    }),
  );
});

test("an id that was altered in any place is unknown", () => {
  fc.assert(
    fc.property(
      key,
      position,
      fc.nat(35),
      fc.integer({ min: 1, max: 15 }),
      (secret, place, at, by) => {
        const ids = createEventIds(secret);
        const id = ids.idOf(place);
        const index = "urn:uuid:".length + at;
        const digit = Number.parseInt(id[index] ?? "", 16);
        fc.pre(!Number.isNaN(digit));
        const altered = id.slice(0, index) + (digit ^ by).toString(16) + id.slice(index + 1);
        expect(ids.positionOf(altered)).toBeUndefined();
      },
    ),
  );
});

test("an id of another key is unknown, like any other text", () => {
  fc.assert(
    fc.property(key, key, position, fc.string(), fc.uuid(), (mine, other, place, text, uuid) => {
      fc.pre(Buffer.compare(mine, other) !== 0);
      const ids = createEventIds(mine);
      expect(ids.positionOf(createEventIds(other).idOf(place))).toBeUndefined();
      expect(ids.positionOf(text)).toBeUndefined();
      expect(ids.positionOf(`urn:uuid:${uuid}`)).toBeUndefined();
      expect(ids.positionOf(ids.idOf(place).toUpperCase())).toBeUndefined();
      expect(ids.positionOf(`${ids.idOf(place)}\n`)).toBeUndefined();
    }),
  );
});

test("a key of another length is refused", () => {
  expect(() => createEventIds(new Uint8Array(31))).toThrow(RangeError);
});
