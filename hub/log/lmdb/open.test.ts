import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { ListLogger } from "../../testing/list-logger.ts";
import { append, dataOf, idsOf, ROOMY, readAll, update } from "../../testing/updates.ts";
import type { Log, Retention } from "../log.ts";
import { openLmdbLog } from "./lmdb.ts";

const PAGE = 4_096;
const isPosix = process.platform !== "win32";

let folder: string;
let path: string;
let logger: ListLogger;
const opened: Log[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runnel-log-"));
  path = join(folder, "data.mdb");
  logger = new ListLogger();
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openLog(retention: Partial<Retention> = {}, at = folder): Promise<Log> {
  const log = await openLmdbLog({
    folder: at,
    retention: { ...ROOMY, ...retention },
    timers: new FakeTimers(),
    waitForOwnerMs: 0,
    logger,
  });
  opened.push(log);
  return log;
}

/** Stores the updates, and closes the log. */
async function keep(...data: string[]): Promise<readonly string[]> {
  const log = await openLog();
  const ids = idsOf(await append(log, ...data.map((each) => update("a", each))));
  await log.close();
  return ids;
}

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe("a damaged file of a history", () => {
  test("is refused at the start when a used page was cut off its end", async () => {
    await keep("small", "x".repeat(100_000));
    const whole = readFileSync(path);
    let isRefused = false;
    for (let size = whole.length - PAGE; size > 0; size -= PAGE) {
      writeFileSync(path, whole.subarray(0, size));
      try {
        const log = await openLog();
        // Only free pages are missing so far. LMDB would end the process if any other page were missing.
        expect(await readAll(log)).toHaveLength(2);
        await log.close();
        expect(isRefused).toBe(false);
      } catch (error) {
        isRefused = true;
        expect(error).toMatchObject({ code: "log:unavailable" });
        expect(String(error)).toContain(`The history in ${folder} is damaged (data.mdb: `);
        expect(String(error)).toMatch(/: restore the folder from a backup, or move it away/);
      }
      // The last update needs 25 pages.
      if (size < whole.length - 25 * PAGE) expect(isRefused).toBe(true);
    }
    writeFileSync(path, whole);
    expect(await readAll(await openLog())).toHaveLength(2);
  });

  test("is opened and read completely when only free pages were cut off", async () => {
    await keep("small");
    const used = statSync(path).size;
    const large = await openLog({ maxUpdates: 1 });
    await append(large, update("a", "x".repeat(1_000_000)));
    for (let index = 0; index < 10; index += 1) await append(large, update("a", `${index}`));
    await large.close();
    expect(statSync(path).size).toBeGreaterThan(used + 900_000);
    truncateSync(path, used + 600_000);
    const log = await openLog();
    expect((await readAll(log)).map(dataOf)).toEqual(["9"]);
    await append(log, update("a", "y".repeat(2_000_000)));
    expect(await readAll(log)).toHaveLength(2);
  });

  test("is refused at the start when the root page of a table is overwritten", async () => {
    await keep(...Array.from({ length: 200 }, (_, index) => `${index}`));
    const whole = readFileSync(path);
    let refused = 0;
    for (let page = 2; page < whole.length / PAGE; page += 1) {
      const noise = Buffer.from(whole);
      noise.fill(0xa5, page * PAGE, (page + 1) * PAGE);
      writeFileSync(path, noise);
      const outcome = await openLog().then(
        () => "opened",
        (error: Error) => error.message,
      );
      if (outcome === "opened") await opened.pop()?.close();
      else {
        refused += 1;
        expect(outcome).toContain(`page ${page} is damaged`);
      }
    }
    // The table of tables, and the tables of updates, their topics, and `meta`.
    expect(refused).toBeGreaterThanOrEqual(4);
    writeFileSync(path, whole);
    expect(await readAll(await openLog())).toHaveLength(200);
  });
});

describe("another program's file", () => {
  const untouched = async (): Promise<void> => {
    const before = readFileSync(path);
    const mode = modeOf(path);
    const opening = openLog();
    await expect(opening).rejects.toMatchObject({ code: "log:unavailable" });
    await expect(opening).rejects.toThrow(`${folder} holds no history of Runnel's`);
    await expect(opening).rejects.toThrow(/folder of its own/);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(modeOf(path)).toBe(mode);
  };

  const made = async (make: (root: RootDatabase) => unknown): Promise<void> => {
    const root = open({ path: folder });
    await make(root);
    await root.close();
  };

  test.each<[string, (root: RootDatabase) => unknown]>([
    ["a table of another name", (root) => root.openDB({ name: "theirs" }).put("a", 1)],
    ["a table whose name begins with meta", (root) => root.openDB({ name: "metadata" }).put(1, 1)],
    ["an empty table named meta", (root) => root.openDB({ name: "meta" })],
    ["a table named meta", (root) => root.openDB({ name: "meta" }).put("log", { format: 1 })],
    [
      "a table named meta with keys that occur twice",
      (root) =>
        root.openDB({ name: "meta", dupSort: true, encoding: "ordered-binary" }).put("a", 1),
    ],
    [
      "a text of its own where the history's record is",
      (root) =>
        root.openDB({ name: "meta", useVersions: true, encoding: "string" }).put("log", "x", 1),
    ],
    ["a value named meta", (root) => root.put("meta", "x")],
  ])("is refused and left unchanged: %s", async (_, make) => {
    await made(make);
    await untouched();
  });

  test("is refused and left unchanged when it is not LMDB's, or has an unknown version", async () => {
    await keep("a");
    const newer = readFileSync(path);
    newer.writeUInt32LE(3, 28);
    for (const bytes of [Buffer.alloc(50_000, "no database"), newer]) {
      writeFileSync(path, bytes);
      await untouched();
    }
  });

  test("becomes a new history when it is empty", async () => {
    await made(() => {});
    const ids = await keep("a");
    expect((await readAll(await openLog())).map(({ id }) => id)).toEqual(ids);
  });
});

describe.runIf(isPosix)("the files of a history", () => {
  const files = () => ["data.mdb", "lock.mdb", "owner"].map((name) => modeOf(join(folder, name)));
  let umask: number;

  beforeEach(() => {
    umask = process.umask();
  });

  afterEach(() => {
    process.umask(umask);
  });

  test.each([0o000, 0o022, 0o277])(
    "are readable for their owner only in a folder that others may read, with the umask %i",
    async (mask) => {
      chmodSync(folder, 0o755);
      process.umask(mask);
      await openLog();
      expect(files()).toEqual(["600", "600", "600"]);
      expect(logger.lines).toEqual([]);
    },
  );

  test("become readable for their owner only when an earlier version left them readable for all", async () => {
    await keep("secret");
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "owner"), "");
    for (const name of ["data.mdb", "lock.mdb", "owner"]) chmodSync(join(folder, name), 0o644);
    const log = await openLog();
    expect(files()).toEqual(["600", "600", "600"]);
    expect(await readAll(log)).toHaveLength(1);
  });

  test("are in folders for their owner only when the hub makes the folders", async () => {
    process.umask(0);
    const data = join(folder, ".data");
    await openLog({}, join(data, "history"));
    expect([data, join(data, "history")].map(modeOf)).toEqual(["700", "700"]);
  });

  test.each([
    [0o777, 1],
    [0o770, 1],
    [0o1777, 0],
    [0o755, 0],
  ])(
    "in a folder of mode %o cause %i warnings about write access for others",
    async (mode, lines) => {
      const shared = join(folder, "shared");
      mkdirSync(shared);
      chmodSync(shared, mode);
      await openLog({}, shared);
      expect(logger.lines).toHaveLength(lines);
      for (const { message, fields } of logger.lines) {
        expect(message).toBe("others may remove the history: chmod its folder to 700");
        expect(fields).toEqual({ folder: shared, mode: mode.toString(8) });
      }
    },
  );
});
