import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeTimers } from "../../testing/fake-timers.ts";
import {
  append,
  appendEvents,
  dataOf,
  event,
  exact,
  idsOf,
  ROOMY,
  readAll,
  update,
} from "../../testing/updates.ts";
import type { Log, Retention } from "../log.ts";
import { readReceipt } from "../receipts.ts";
import { openLmdbLog } from "./lmdb.ts";
import { openStore } from "./open.ts";
import { readState } from "./state.ts";
import { META, positionKey } from "./tables.ts";

/** An opened log has its key already, so none is made. */
const noKey = () => Buffer.alloc(0);

let folder: string;
let timers: FakeTimers;
const opened: Log[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runnel-log-"));
  timers = new FakeTimers();
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  await rm(folder, { recursive: true, force: true });
});

const openLog = async (retention: Partial<Retention> = {}) => {
  const log = await openLmdbLog({
    folder,
    retention: { ...ROOMY, ...retention },
    timers,
    waitForOwnerMs: 0,
  });
  opened.push(log);
  return log;
};

const send = (log: Log, key: string) =>
  log.append({
    lane: "updates",
    updates: [update("r", "1"), update("r", "2", { id: `own-${key}` })],
    receipt: { publisher: "p", key, bodyHash: `hash of ${key}` },
  });

/** Turns the folder's log into one of format 1: bytes count frames only, and receipts are JSON with the publisher's ids. */
async function makeFormat1(frameBytes: { updates: number; subscriptions: number }): Promise<void> {
  const store = openStore(folder, noKey);
  await store.root.transaction(() => {
    const record = JSON.parse(store.meta.get(META.log)?.toString() ?? "");
    store.meta.putSync(META.log, Buffer.from(JSON.stringify({ ...record, format: 1 })), 1);
    const { last, lanes, receipts } = readState(store);
    const withFrames = {
      updates: { ...lanes.updates, bytes: frameBytes.updates },
      subscriptions: { ...lanes.subscriptions, bytes: frameBytes.subscriptions },
    };
    const state = { last, lanes: withFrames, receipts };
    store.meta.putSync(META.state, Buffer.from(JSON.stringify(state)), 1);
    for (let number = receipts.oldest; number < receipts.next; number += 1) {
      const key = Buffer.from(store.receiptOrder.get(positionKey(number)) ?? "");
      const { at, first, count } = readReceipt(store.receipts.get(key) ?? Buffer.alloc(0));
      const old = { bodyHash: `hash of k${number}`, at, first, count, ownIds: [null, "x"], number };
      store.receipts.putSync(key, Buffer.from(JSON.stringify(old)));
    }
  });
  await store.root.close();
}

const stateNow = async () => {
  for (const log of opened.splice(0)) await log.close();
  const store = openStore(folder, noKey);
  const state = readState(store);
  await store.root.close();
  return state;
};

test("a folder of format 1 is opened without loss, and its bytes are counted again", async () => {
  const log = await openLog();
  await append(log, ...Array.from({ length: 2_500 }, (_, n) => update(["a", `b${n}`], `${n}`)));
  await append(log, update("a", "own", { id: "mine" }));
  await appendEvents(log, [event("x")], { active: { subscriber: "s", record: "left" } });
  const sent = [await send(log, "k0"), await send(log, "k1")];
  const before = await readAll(log, { maxBytes: 2 ** 20 });
  const state = await stateNow();
  const frames = (lane: string) =>
    before.reduce((sum, entry) => sum + (entry.lane === lane ? entry.frame.bytes.length : 0), 0);
  await makeFormat1({ updates: frames("updates"), subscriptions: frames("subscriptions") });
  expect((await stateNow()).lanes.updates.bytes).toBeLessThan(state.lanes.updates.bytes);

  const again = await openLog();
  expect(await readAll(again, { maxBytes: 2 ** 20 })).toEqual(before);
  expect((await readAll(again, { matchers: [exact("b7")] })).map(dataOf)).toEqual(["7"]);
  expect(await again.locate("mine")).toBe(2_501);
  expect(again.leftActive()).toEqual(["left"]);
  for (const [index, appended] of sent.entries()) {
    expect(await send(again, `k${index}`)).toEqual({ outcome: "repeated", ids: idsOf(appended) });
  }
  const conflict = { publisher: "p", key: "k0", bodyHash: "other" };
  const other = again.append({ lane: "updates", updates: [], receipt: conflict });
  expect(await other).toEqual({ outcome: "conflict" });
  expect((await stateNow()).lanes).toEqual(state.lanes);
});

test("a folder of format 1 is trimmed to its bounds, and its receipts expire", async () => {
  const log = await openLog();
  await append(log, ...Array.from({ length: 500 }, (_, n) => update("a", `${n}`)));
  await send(log, "k0");
  await stateNow();
  await makeFormat1({ updates: 50_000, subscriptions: 0 });

  const small = await openLog({ maxUpdates: 10 });
  await small.trim();
  expect(await readAll(small)).toHaveLength(10);
  timers.advance(3_600_000);
  await small.trim();
  const { receipts } = await stateNow();
  expect(receipts).toEqual({ next: 1, oldest: 1 });
  const store = openStore(folder, noKey);
  expect([...store.receipts.getKeys()]).toEqual([]);
  await store.root.close();
});
