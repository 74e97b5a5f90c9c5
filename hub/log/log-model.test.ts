import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeTimers } from "../testing/fake-timers.ts";
import {
  append,
  appendEvents,
  dataOf,
  EVERYTHING,
  event,
  exact,
  idsOf,
  readAll,
  readAllBack,
  startingWith,
  update,
} from "../testing/updates.ts";
import type { Update } from "../topics/update.ts";
import { openLmdbLog } from "./lmdb/lmdb.ts";
import { RECEIPT_SIZE, reserveOf, sizeOf } from "./lmdb/size.ts";
import { type Log, type Retention, toPosition } from "./log.ts";
import { MemoryLog } from "./memory.ts";
import { sharesOf } from "./shares.ts";
import { RECEIPT_WEIGHT, weightOf } from "./weight.ts";

const TOPICS = ["a/1", "a/2", "b/1", "b/2"];
const IDS = ["x", "y"];
const retention: Retention = { maxUpdates: 12, maxBytes: 12_000, maxAgeMs: 100 };

/** A log, and its way of counting bytes. */
interface Counted {
  open(timers: FakeTimers): Promise<Log>;
  readonly isDurable: boolean;
  /** The maximum bytes of all kept updates. */
  readonly maxBytes: number;
  sizeOf(update: Update, frameBytes: number): number;
}

type Step =
  | { do: "append"; batches: Update[][] }
  | { do: "wait"; ms: number }
  /** Events of the other lane. They only use positions. */
  | { do: "volatile events"; count: number }
  | { do: "trim" }
  | { do: "reopen" }
  | { do: "read back"; topics: string[]; prefix: string | undefined; from: number; most: number }
  | { do: "read"; topics: string[]; prefix: string | undefined; from: number; maxBytes: number };

const anUpdate = fc
  .record({
    topics: fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1, maxLength: 3 }),
    length: fc.nat(200),
    id: fc.option(fc.constantFrom(...IDS), { nil: undefined, freq: 3 }),
  })
  .map(({ topics: [first = "", ...rest], length, id }) =>
    update([first, ...rest], "x".repeat(length), id === undefined ? {} : { id }),
  );
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("volatile events" as const), count: fc.nat(3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      batches: fc.array(fc.array(anUpdate, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      topics: fc.array(fc.constantFrom(...TOPICS), { maxLength: 3 }),
      prefix: fc.constantFrom(undefined, undefined, "a/", "b/", ""),
      from: fc.nat(20),
      maxBytes: fc.integer({ min: 1, max: 2_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("read back" as const),
      topics: fc.array(fc.constantFrom(...TOPICS), { maxLength: 3 }),
      prefix: fc.constantFrom(undefined, undefined, "a/", "b/", ""),
      from: fc.nat(20),
      most: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(80) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) },
);

const matchersOf = ({ topics, prefix }: { topics: string[]; prefix: string | undefined }) => [
  ...topics.map(exact),
  ...(prefix === undefined ? [] : [prefix === "" ? EVERYTHING : startingWith(prefix)]),
];

interface Kept {
  readonly id: string;
  readonly position: number;
  readonly own: string | undefined;
  readonly topics: readonly string[];
  readonly data: string;
  readonly bytes: number;
  readonly at: number;
}

/** Runs the steps on a log and on an array, and compares them after every step. */
async function follow(steps: readonly Step[], { open, isDurable, maxBytes, sizeOf }: Counted) {
  const timers = new FakeTimers();
  let log = await open(timers);
  let kept: Kept[] = [];
  let floor = 0;
  const made = new Map<string, number>();
  const drop = (isOver: () => boolean) => {
    for (; kept.length > 0 && isOver(); kept = kept.slice(1)) floor = kept[0]?.position ?? 0;
  };
  const bytes = () => kept.reduce((sum, entry) => sum + entry.bytes, 0);
  try {
    for (const step of steps) {
      if (step.do === "append") {
        const before = log.last;
        const all = await Promise.all(step.batches.map((batch) => append(log, ...batch)));
        const added = step.batches.flat();
        const ids = all.flatMap((appended) => idsOf(appended));
        expect(ids).toHaveLength(added.length);
        for (const [index, one] of added.entries()) {
          const id = ids[index] ?? "";
          const position = before + 1 + index;
          if (one.id === undefined) {
            expect(made.has(id)).toBe(false);
            made.set(id, position);
          }
          const size = sizeOf(one, `id:${id}\ndata:${one.data}\n\n`.length);
          const { topics, data } = one;
          kept.push({ id, position, own: one.id, topics, data, bytes: size, at: timers.now() });
        }
        drop(() => kept.length > retention.maxUpdates || bytes() > maxBytes);
      } else if (step.do === "volatile events") {
        const events = Array.from({ length: step.count }, (_, index) => event(`${index}`));
        await appendEvents(log, events, { volatile: true });
      } else if (step.do === "wait") timers.advance(step.ms);
      else if (step.do === "trim") {
        await log.trim();
        drop(() => timers.now() - (kept[0]?.at ?? 0) > retention.maxAgeMs);
      } else if (step.do === "reopen") {
        if (!isDurable) continue;
        await log.close();
        log = await open(timers);
      } else if (step.do === "read back") {
        const matchers = matchersOf(step);
        const upTo = toPosition(kept[step.from]?.position ?? log.last);
        const read = await readAllBack(log, { upTo, matchers, most: step.most });
        const expected = kept
          .filter(
            (entry) =>
              entry.position <= upTo &&
              matchers.some((matcher) => entry.topics.some((topic) => matcher.matches(topic))),
          )
          .reverse()
          .slice(0, step.most);
        expect(read.map(({ position, id }) => [position, id])).toEqual(
          expected.map(({ position, id }) => [position, id]),
        );
      } else {
        const matchers = matchersOf(step);
        const after = kept[step.from]?.position ?? floor;
        const start = (await log.locate(log.cursor(log.last))) === after ? log.last : undefined;
        const position =
          start ?? (await log.locate(kept[step.from]?.id ?? "")) ?? log.floor("updates");
        const { maxBytes } = step;
        const lanes = ["updates"] as const;
        const read = await readAll(log, { after: position, matchers, maxBytes, lanes });
        const expected = kept.filter(
          (entry) =>
            entry.position > position &&
            matchers.some((matcher) => entry.topics.some((topic) => matcher.matches(topic))),
        );
        expect(
          read.map((entry) => [entry.position, entry.id, dataOf(entry), entry.topics]),
        ).toEqual(expected.map(({ position, id, data, topics }) => [position, id, data, topics]));
      }
      expect(log.floor("updates")).toBe(floor);
      for (const id of IDS) {
        expect(await log.locate(id)).toBe(kept.find(({ own }) => own === id)?.position);
      }
      for (const [id, position] of made) expect(await log.locate(id)).toBe(position);
    }
  } finally {
    await log.close();
  }
}

test("a log in memory behaves like an array after every step", async () => {
  const inMemory: Counted = {
    open: async (timers) => new MemoryLog({ retention, timers }),
    isDurable: false,
    maxBytes: sharesOf(retention, { receiptBytes: RECEIPT_WEIGHT }).updates.maxBytes,
    sizeOf: ({ topics, id }, frameBytes) => weightOf({ topics, ownId: id, frameBytes }),
  };
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 30 }), (steps) => follow(steps, inMemory)),
    { numRuns: 150 },
  );
}, 60_000);

test("a log on disk behaves like an array after every step, however often it is opened again", async () => {
  const reserve = reserveOf(retention.maxBytes);
  const onDisk = (folder: string): Counted => ({
    open: (timers) => openLmdbLog({ folder, retention, timers, waitForOwnerMs: 0 }),
    isDurable: true,
    maxBytes: sharesOf(retention, { receiptBytes: RECEIPT_SIZE, reserve }).updates.maxBytes,
    sizeOf({ topics, id }, frameBytes) {
      const texts = id === undefined ? topics : [...topics, id];
      const stored = 11 + frameBytes + texts.reduce((sum, text) => sum + 2 + text.length, 0);
      return sizeOf({ stored, rows: texts.length });
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 30 }), async (steps) => {
      const folder = await mkdtemp(join(tmpdir(), "runnel-model-"));
      try {
        await follow(steps, onDisk(folder));
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
