import { existsSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemTimers } from "../../base/timers.ts";
import { append, SHAPES, textBytes, update } from "../../testing/updates.ts";
import type { Update } from "../../topics/update.ts";
import type { Log } from "../log.ts";
import { openLmdbLog } from "./lmdb.ts";

const BOUND = 6_000_000;
/** This test measures the file's size, not the disk. Memory is faster. */
const ROOM = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

describe("the file of a log", () => {
  let folder: string;
  let log: Log;
  const size = () => statSync(join(folder, "data.mdb")).size;

  beforeEach(async () => {
    folder = await mkdtemp(join(ROOM, "runnel-log-"));
    const retention = { maxUpdates: 1_000_000, maxBytes: BOUND, maxAgeMs: 0 };
    log = await openLmdbLog({ folder, retention, timers: systemTimers, waitForOwnerMs: 0 });
  });

  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function fill(make: (index: number) => Update): Promise<number> {
    let most = 0;
    for (let index = 0, sent = 0; sent < 2 * BOUND; ) {
      const some: Update[] = [];
      for (let bytes = 0; bytes < 100_000; index += 1) {
        const one = make(index);
        some.push(one);
        bytes += 150 + textBytes(one) + one.topics.length * 60;
      }
      sent += 100_000;
      await append(log, ...some);
      most = Math.max(most, size());
    }
    return most;
  }

  test.each(Object.entries(SHAPES))(
    "is within 20 % of the bound after %s",
    async (_, make) => {
      const most = await fill(make);
      expect(log.floor("updates")).toBeGreaterThan(0);
      expect(most).toBeLessThan(1.2 * BOUND);
      // A small bound reserves a large part for commits. A larger bound does not.
      expect(most).toBeGreaterThan(0.5 * BOUND);
    },
    60_000,
  );

  test("is within 20 % of the bound after many receipts of requests with long ids", async () => {
    const updates = Array.from({ length: 100 }, (_, index) =>
      update("a", "", { id: `${index}`.padStart(512, "i") }),
    );
    for (let index = 0; index < 300; index += 1) {
      const receipt = { publisher: "p", key: `${index}`.padStart(255, "k"), bodyHash: "h" };
      await log.append({ lane: "updates", updates, receipt });
    }
    expect(size()).toBeLessThan(1.2 * BOUND);
  }, 60_000);

  test("is at most a third over a small bound when large updates follow many tiny ones", async () => {
    await fill(SHAPES["tiny updates"]);
    const before = log.floor("updates");
    for (let index = 0; index < 40; index += 1) {
      await append(log, update("a", "x".repeat(200_000)));
      expect(size()).toBeLessThan(1.33 * BOUND);
    }
    expect(log.floor("updates")).toBeGreaterThan(before + 10_000);
  }, 60_000);
});
