import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Logger } from "../../base/logger.ts";
import { systemTimers } from "../../base/timers.ts";
import { type Child, ChildProgram } from "../../testing/child.ts";
import { append, dataOf, exact, ROOMY, readAll, update } from "../../testing/updates.ts";
import type { Log } from "../log.ts";
import { openLmdbLog } from "./lmdb.ts";
import { openStore } from "./open.ts";
import { readState } from "./state.ts";
import { positionKey, type Table } from "./tables.ts";

const program = new ChildProgram();

const hasPrlimit = (() => {
  try {
    execFileSync("prlimit", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

beforeAll(() => program.build());
afterAll(() => program.remove());

describe("a log on disk with several processes", () => {
  let folder: string;
  const children: Child[] = [];
  const opened: Log[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "runnel-log-"));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    for (const log of opened.splice(0)) await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (task: string, prefix = "") => {
    const child = program.start([task, folder], prefix);
    children.push(child);
    return child;
  };

  const openLog = async (waitForOwnerMs = 0, logger?: Pick<Logger, "info" | "warn">) => {
    const log = await openLmdbLog({
      folder,
      retention: ROOMY,
      timers: systemTimers,
      waitForOwnerMs,
      ...(logger ? { logger } : {}),
    });
    opened.push(log);
    return log;
  };

  test("loses no acknowledged update and keeps batches whole when its process is killed", async () => {
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 5; round += 1) {
      const child = start("append");
      await child.says("open");
      await sleep(100 + 70 * round);
      await child.kill();
      // The last line may be torn. A missing line means that its update was not acknowledged.
      for (const line of child.wholeLines()) {
        const [id = "", data] = line.split("\t");
        if (data !== undefined) acknowledged.set(id, data);
      }
      const log = await openLog();
      const kept = await readAll(log, { matchers: [exact("all")], maxBytes: 1_000_000 });
      const byId = new Map(kept.map((entry) => [entry.id, entry]));
      expect(acknowledged.size).toBeGreaterThan(round * 10);
      for (const [id, data] of acknowledged) {
        const entry = byId.get(id);
        if (!entry || dataOf(entry) !== data) expect.fail(`${id} is lost`);
      }
      let located = 0;
      for (const { id, position } of kept) {
        // Each round uses the same publishers' ids.
        const found = await log.locate(id);
        if (found !== undefined && found <= position) located += 1;
      }
      expect(located).toBe(kept.length);
      for (const [index, entry] of kept.entries()) {
        const [worker, round, place = "", rest] = dataOf(entry).split(".");
        expect(rest).toHaveLength((Number(round) * 97) % 5_000);
        // Batches are whole: the next update of a batch follows directly.
        if (Number(place) === Number(round) % 5) continue;
        const next = kept[index + 1];
        expect(next && dataOf(next)).toMatch(`${worker}.${round}.${Number(place) + 1}.`);
      }
      expect(kept.at(-1)?.position).toBe(log.last);
      await log.close();
    }
  }, 60_000);

  test("keeps no part of a large append when its process is killed in the middle", async () => {
    const acknowledged = new Set<string>();
    let torn = 0;
    for (let round = 0; round < 20 && torn < 3; round += 1) {
      const child = start("append-large");
      await child.says("open");
      await sleep(200 + ((round * 37) % 100));
      await child.kill();
      for (const line of child.wholeLines().slice(1)) acknowledged.add(line);
      const beyond = rowsBeyondLast(folder);
      if (beyond > 0) torn += 1;

      const log = await openLog();
      const entries = await readAll(log, { matchers: [exact("all")], maxBytes: 2 ** 20 });
      const counts = new Map<string, number>();
      for (const entry of entries) {
        const name = dataOf(entry).split(".").slice(0, 2).join(".");
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(count).toBe(2_000);
      for (const name of acknowledged) expect(counts.get(name), name).toBe(2_000);
      await append(log, update("b"));
      await log.close();
      const others = round + 1;
      expect(rowsOf(folder)).toEqual({
        updates: entries.length + others,
        topics: 2 * entries.length + others,
        ids: entries.length,
        receipts: counts.size,
      });
    }
    expect(torn).toBeGreaterThan(0);
  }, 60_000);

  test("is refused with the owner's process id when another process owns it", async () => {
    const child = start("own");
    await child.says("open");
    const opening = openLog(200);
    await expect(opening).rejects.toMatchObject({ code: "log:owned" });
    await expect(opening).rejects.toThrow(`process ${child.pid} on `);
  });

  test("is opened at once when its owner was killed", async () => {
    const child = start("own");
    await child.says("open");
    await child.kill();
    const before = performance.now();
    const told: object[] = [];
    const log = await openLog(0, { info: () => {}, warn: (fields) => told.push(fields) });
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(told).toMatchObject([{ owner: { pid: child.pid } }]);
    await append(log, update("a"));
  });

  test("is opened when its owner releases it within the time to wait", async () => {
    const first = await openLog();
    await append(first, update("a", "1"));
    const child = start("own-patiently");
    await sleep(300);
    expect(child.wholeLines()).toEqual([]);
    await first.close();
    await child.says("open");
  });

  test.runIf(hasPrlimit)(
    "rejects appends without any change on a full disk, and accepts appends when there is room again",
    async () => {
      const child = start("fill", "ulimit -S -f 8192; ");
      await child.says("unchanged");
      // The append failed in the middle, and its leftovers were removed to make room for others.
      expect(child.wholeLines()).toContain("large log:unavailable, nothing is left true");
      const refused = child.wholeLines().filter((line) => line.startsWith("refused"));
      expect(refused).toHaveLength(3);
      for (const line of refused) expect(line).toMatch(/^refused log:unavailable .*full disk/);
      expect(child.wholeLines()).toContain("unchanged true");
      execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited"]);
      child.tell("go on");
      expect(await child.says("with room")).toBe("with room kept true");
      await child.ended;
      const log = await openLog();
      const entries = await readAll(log, { maxBytes: 1_000_000 });
      expect(entries.length).toBeGreaterThan(10);
      expect(entries.length % 2).toBe(0);
    },
    30_000,
  );
});

function rowsBeyondLast(folder: string): number {
  const store = openStore(folder, () => Buffer.alloc(0));
  try {
    const start = positionKey(readState(store).last + 1);
    return [...store.lanes.updates.entries.getKeys({ start })].length;
  } finally {
    void store.root.close();
  }
}

function rowsOf(folder: string) {
  const store = openStore(folder, () => Buffer.alloc(0));
  try {
    const { entries, topics } = store.lanes.updates;
    const count = (table: Table) => [...table.getKeys()].length;
    const { ids, receipts } = store;
    return {
      updates: count(entries),
      topics: count(topics),
      ids: count(ids),
      receipts: count(receipts),
    };
  } finally {
    void store.root.close();
  }
}
