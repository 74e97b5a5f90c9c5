import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemTimers } from "../../base/timers.ts";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { describeLog } from "../../testing/log-contract/contract.ts";
import {
  append,
  appendEvents,
  dataOf,
  EVERYTHING,
  event,
  exact,
  ROOMY,
  readAll,
  readBackPage,
  readPage,
  startingWith,
  update,
} from "../../testing/updates.ts";
import { type Log, type Retention, toPosition } from "../log.ts";
import { openLmdbLog } from "./lmdb.ts";
import { META } from "./tables.ts";

describeLog("lmdb", {
  isDurable: true,
  open: (options) => openLmdbLog({ ...options, waitForOwnerMs: 0 }),
});

describe("a log on disk", () => {
  let folder: string;
  const opened: Log[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "runnel-log-"));
  });

  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openLog = async (retention: Partial<Retention> = {}, timers = new FakeTimers()) => {
    const log = await openLmdbLog({
      folder,
      retention: { ...ROOMY, ...retention },
      timers,
      waitForOwnerMs: 0,
    });
    opened.push(log);
    return log;
  };

  test("is written by its owner only: a process that lost it can append nothing more", async () => {
    const first = await openLog();
    await append(first, update("a", "1"));
    // An owner with our own process id counts as an earlier run of this process.
    const second = await openLog();
    await append(second, update("a", "2"));
    const { last } = first;
    for (let index = 0; index < 2; index += 1) {
      await expect(append(first, update("a", "lost"))).rejects.toMatchObject({ code: "log:owned" });
    }
    expect(first.last).toBe(last);
    await first.close();
    await append(second, update("a", "3"));
    expect((await readAll(second)).map(dataOf)).toEqual(["1", "2", "3"]);
  });

  test("rejects appends when its file was removed while it was open", async () => {
    const log = await openLog();
    await append(log, update("a", "1"));
    await rm(folder, { recursive: true });
    await expect(append(log, update("a", "2"))).rejects.toMatchObject({ code: "log:unavailable" });
    await expect(append(log, update("a", "3"))).rejects.toThrow(/was removed or replaced/);
    expect((await readAll(log)).map(dataOf)).toEqual(["1"]);
  });

  test("is trimmed to a lowered limit from the start on, without an append", async () => {
    for (const lower of [{ maxUpdates: 10 }, { maxBytes: 50_000 }, { maxAgeMs: 1_000 }]) {
      const first = await openLog();
      await append(first, ...Array.from({ length: 2_000 }, (_, index) => update("a", `${index}`)));
      await first.close();
      const timers = new FakeTimers();
      timers.advance(2_000);
      const second = await openLog(lower, timers);
      // The log opens first. The excess is removed in the background.
      expect(second.floor("updates")).toBeLessThan(second.last - 1_000);
      await vi.waitFor(async () => {
        const kept = await readAll(second, { maxBytes: 1_000_000 });
        expect(kept.length).toBeLessThan(500);
        const found = await readAll(second, { matchers: [exact("a")], maxBytes: 1_000_000 });
        expect(found).toEqual(kept);
      }, 20_000);
      await second.trim();
      const left = await readAll(second);
      await second.close();
      expect(await readAll(await openLog(lower, timers))).toEqual(left);
      await opened.at(-1)?.close();
    }
  }, 60_000);

  test("keeps no index of subscription events, so that a connect does not write a page for each matcher", async () => {
    const log = await openLog();
    await appendEvents(log, [event("x"), event("y")]);
    await append(log, update("a"));
    await log.close();
    const root = open<Buffer, Buffer>({ path: folder, keyEncoding: "binary", encoding: "binary" });
    const count = (name: string) => {
      const table = root.openDB<Buffer, Buffer>({ name, keyEncoding: "binary" });
      return [...table.getKeys()].length;
    };
    expect(count("subscriptions")).toBe(2);
    expect(count("topics of subscriptions")).toBe(0);
    expect(count("topics of updates")).toBe(1);
    await root.close();
  });

  test("leaves no rows of removed entries in its tables", async () => {
    const log = await openLog({ maxUpdates: 0 });
    for (let index = 0; index < 5; index += 1) {
      await append(log, update(["a", `b${index}`], "x", { id: `id${index}` }));
    }
    await log.close();
    const keep = await openLog();
    await append(keep, update(["a", "b"], "x", { id: "own" }), update("c"));
    await keep.close();
    await (await openLog({ maxUpdates: 0 })).trim();
    for (const log of opened.splice(0)) await log.close();
    const root = open<Buffer, Buffer>({ path: folder, keyEncoding: "binary", encoding: "binary" });
    for (const name of ["updates", "topics of updates", "ids"]) {
      const table = root.openDB<Buffer, Buffer>({ name, keyEncoding: "binary" });
      expect([...table.getKeys()], name).toEqual([]);
    }
    await root.close();
  });

  test("is read in a time that depends on the size of the result, not on the size of the log", async () => {
    const log = await openLog({}, systemTimers as FakeTimers);
    for (let round = 0; round < 30; round += 1) {
      const many = Array.from({ length: 1_000 }, (_, index) => update("busy", `${index}`));
      await append(log, ...many, update("rare", `${round}`));
    }
    const timed = async (read: () => Promise<unknown>) => {
      const times: number[] = [];
      for (let index = 0; index < 20; index += 1) {
        const start = performance.now();
        await read();
        times.push(performance.now() - start);
      }
      // Other work on the machine only adds to it.
      return Math.min(...times);
    };
    const { last } = log;
    const nearEnd = toPosition(last - 10);
    for (const matchers of [[exact("busy")], [EVERYTHING], [startingWith("busy")]]) {
      const page = await readPage(log, { after: nearEnd, matchers });
      expect(page.entries.length).toBeGreaterThanOrEqual(9);
      expect(await timed(() => readPage(log, { after: nearEnd, matchers }))).toBeLessThan(2);
    }
    const rare = () => readPage(log, { matchers: [exact("rare")] });
    expect((await rare()).entries).toHaveLength(30);
    expect((await rare()).to).toBe(last);
    expect(await timed(rare)).toBeLessThan(5);
    // A read for a pattern with few matches takes several pages.
    const none = () => readPage(log, { matchers: [startingWith("none")] });
    expect((await none()).to).toBeLessThan(last);
    expect(await timed(none)).toBeLessThan(15);
    // The same holds for backward reads from any position.
    for (const upTo of [last, toPosition(15_000)]) {
      for (const matchers of [[exact("busy")], [exact("rare")], [EVERYTHING]]) {
        const back = () => readBackPage(log, { upTo, matchers, most: 5 });
        expect((await back()).entries).toHaveLength(5);
        expect(await timed(back)).toBeLessThan(2);
      }
    }
    const noneBack = () => readBackPage(log, { matchers: [startingWith("none")] });
    expect((await noneBack()).from).toBeGreaterThan(0);
    expect(await timed(noneBack)).toBeLessThan(15);
  });

  test("reports a folder that can't be used, and the requirements, in its error", async () => {
    const file = join(folder, "file");
    await writeFile(file, "text");
    const opening = openLmdbLog({
      folder: join(file, "history"),
      retention: ROOMY,
      timers: new FakeTimers(),
      waitForOwnerMs: 0,
    });
    await expect(opening).rejects.toMatchObject({ code: "log:unavailable" });
    await expect(opening).rejects.toThrow(/file\/history.* must be a folder that this process may/);
  });

  test("is refused if it has a newer format, and the error names both formats", async () => {
    await (await openLog()).close();
    const root = open<Buffer, Buffer>({ path: folder, keyEncoding: "binary", encoding: "binary" });
    const meta = root.openDB<Buffer, Buffer>({
      name: "meta",
      useVersions: true,
      keyEncoding: "binary",
      encoding: "binary",
    });
    await meta.put(META.log, Buffer.from('{"format":3}'), 1);
    await root.close();
    const opening = openLog();
    await expect(opening).rejects.toMatchObject({ code: "log:unavailable" });
    await expect(opening).rejects.toThrow(
      /has format 3, but this version of Runnel reads format 2/,
    );
  });
});
