import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemTimers } from "../../base/timers.ts";
import { type Child, ChildProgram } from "../../testing/child.ts";
import { ListLogger } from "../../testing/list-logger.ts";
import { append, dataOf, ROOMY, readAll, update } from "../../testing/updates.ts";
import type { Log } from "../log.ts";
import { openLmdbLog } from "./lmdb.ts";
import { Heartbeat } from "./owner-heartbeat.ts";

const HOUR_MS = 3_600_000;
const program = new ChildProgram();

beforeAll(() => program.build());
afterAll(() => program.remove());

/** A folder for one history, with the processes that open it. */
class Bench implements AsyncDisposable {
  readonly logger = new ListLogger();
  readonly #open: (Child | Log)[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), "runnel-owner-")));
  }

  get heartbeat(): string {
    return join(this.folder, "owner");
  }

  get data(): string {
    return join(this.folder, "data.mdb");
  }

  /** Starts a process that waits to own the history. A name puts it in a container of its own. */
  start(container = ""): Child {
    const child = program.start(["own", this.folder, container]);
    this.#open.push(child);
    return child;
  }

  /** Opens the history in this process, without waiting for a living owner. */
  async openLog(): Promise<Log> {
    const { folder, logger } = this;
    const world = { retention: ROOMY, timers: systemTimers, logger };
    const log = await openLmdbLog({ folder, ...world, waitForOwnerMs: 0 });
    this.#open.push(log);
    return log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open) await ("kill" in one ? one.kill() : one.close());
    await rm(this.folder, { recursive: true, force: true });
  }
}

const isAlive = async (path: string): Promise<void> => {
  while (!existsSync(path)) await sleep(20);
};

describe.concurrent("the owner of a history", () => {
  test("that was stopped while another process acquired the history reports the loss by itself, and rejects appends", async () => {
    await using bench = await Bench.make();
    const child = bench.start();
    await child.says("open");
    child.tell("first");
    await child.says("kept first");
    child.signal("SIGSTOP");
    const log = await bench.openLog();
    await append(log, update("a", "second"));
    child.signal("SIGCONT");
    const lost = await child.says("lost");
    expect(lost).toContain(`log:owned The history in ${bench.folder} was taken over by process `);
    child.tell("third");
    expect(await child.says("refused")).toBe("refused log:owned");
    expect((await readAll(log)).map(dataOf)).toEqual(["first", "second"]);
  }, 30_000);

  test("that was killed in another container is replaced when its heartbeat has stopped", async () => {
    await using bench = await Bench.make();
    const child = bench.start("elsewhere");
    await child.says("open");
    await child.kill();
    // The clock of the dead owner may have been ahead of ours.
    const later = new Date(Date.now() + HOUR_MS);
    utimesSync(bench.heartbeat, later, later);
    const from = performance.now();
    await append(await bench.openLog(), update("a"));
    expect(performance.now() - from).toBeGreaterThan(4_000);
    expect(bench.logger.lines.map(({ message }) => message)).toEqual([
      "the history's owner is waited for",
      "the history was left by a process that died",
    ]);
  }, 30_000);

  test.runIf(existsSync("/proc/self/stat"))(
    "that is dead, but still in the table of processes, is replaced when its heartbeat has stopped",
    async () => {
      await using bench = await Bench.make();
      // The parent is replaced by a program that never waits for its children.
      const child = program.start(["own", bench.folder], '"$0" "$@" <&0 & exec sleep 60; ');
      try {
        const pid = Number((await child.says("open")).split(" ")[1]);
        process.kill(pid, "SIGKILL");
        const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8");
        while (!/\) Z /.test(stat())) await sleep(20);
        await append(await bench.openLog(), update("a"));
        expect(stat()).toMatch(/\) Z /);
      } finally {
        await child.kill();
      }
    },
    30_000,
  );

  test("that is alive is not replaced, whatever the time of its last heartbeat", async () => {
    await using bench = await Bench.make();
    const child = bench.start("elsewhere");
    await child.says("open");
    const earlier = new Date(Date.now() - HOUR_MS);
    utimesSync(bench.heartbeat, earlier, earlier);
    const opening = bench.openLog();
    await expect(opening).rejects.toMatchObject({ code: "log:owned" });
    await expect(opening).rejects.toThrow(`belongs to process ${child.pid} on `);
  });

  test("that is alive writes a removed heartbeat file again, and is not replaced", async () => {
    await using bench = await Bench.make();
    const child = bench.start("elsewhere");
    await child.says("open");
    rmSync(bench.heartbeat);
    await expect(bench.openLog()).rejects.toMatchObject({ code: "log:owned" });
    await isAlive(bench.heartbeat);
    child.tell("more");
    await child.says("kept more");
  });

  test("that died is replaced by one of the waiting processes, and the others are refused", async () => {
    await using bench = await Bench.make();
    const first = bench.start("a");
    await first.says("open");
    await first.kill();
    const children = ["b", "c", "d"].map((container) => bench.start(container));
    const outcomes = await Promise.all(
      children.map((child) =>
        child.says("open").then(
          () => "open",
          () => "refused",
        ),
      ),
    );
    expect(outcomes.sort()).toEqual(["open", "refused", "refused"]);
  }, 30_000);

  test.each<[string, (bench: Bench) => void]>([
    ["the folder is removed", ({ folder }) => rmSync(folder, { recursive: true })],
    ["the folder is moved away", ({ folder }) => renameSync(folder, `${folder}-away`)],
    [
      "the file is replaced by a copy",
      ({ data }) => {
        copyFileSync(data, `${data}.copy`);
        renameSync(`${data}.copy`, data);
      },
    ],
    ["the file of locks is removed", ({ folder }) => rmSync(join(folder, "lock.mdb"))],
  ])("reports the loss by itself when %s", async (_, harm) => {
    await using bench = await Bench.make();
    const log = await bench.openLog();
    await append(log, update("a"));
    harm(bench);
    const lost = await log.lost;
    expect(lost.code).toBe("log:unavailable");
    expect(lost.message).toMatch(
      /was removed or replaced while it was in use: start the hub again/,
    );
    await expect(append(log, update("a"))).rejects.toMatchObject({ code: "log:unavailable" });
    await rm(`${bench.folder}-away`, { recursive: true, force: true });
  });

  test("reports the loss by itself when another program writes over its record", async () => {
    await using bench = await Bench.make();
    const log = await bench.openLog();
    const before = join(bench.folder, "before");
    copyFileSync(bench.data, before);
    await append(log, update("a"));
    await log.close();
    const again = await bench.openLog();
    // This is like a restored backup that was copied over the file.
    execFileSync("dd", [`if=${before}`, `of=${bench.data}`, "conv=notrunc", "status=none"]);
    expect((await again.lost).code).toBe("log:owned");
  });
});

test("a heartbeat that can't be written is reported once, until it can be written again", async () => {
  await using bench = await Bench.make();
  const folder = join(bench.folder, "later");
  const heartbeat = new Heartbeat(folder);
  heartbeat.beat(bench.logger);
  heartbeat.beat(bench.logger);
  expect(bench.logger.lines).toHaveLength(1);
  expect(bench.logger.lines[0]?.message).toMatch(/another process may take the history over/);
});
