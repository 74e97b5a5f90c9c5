import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe } from "vitest";
import type { Timers } from "../../base/timers.ts";
import type { Log, Retention } from "../../log/log.ts";
import { FakeTimers } from "../fake-timers.ts";
import { ROOMY } from "../updates.ts";
import { describeAppending } from "./contract-appending.ts";
import { describeBounds } from "./contract-bounds.ts";
import { describeClosing } from "./contract-closing.ts";
import { describeIds } from "./contract-ids.ts";
import { describeReading, describeReadingBack } from "./contract-reading.ts";
import { describeReceipts } from "./contract-receipts.ts";
import { describeRetention } from "./contract-retention.ts";

export interface OpenOptions {
  readonly retention: Retention;
  readonly timers: Timers;
  /** A folder for the test alone, empty at first. */
  readonly folder: string;
}

export interface LogUnderTest {
  open(options: OpenOptions): Promise<Log>;
  /** Whether a log that is opened again has its earlier entries. */
  readonly isDurable: boolean;
}

/** The resources of one test. */
export interface Bench {
  readonly timers: FakeTimers;
  readonly isDurable: boolean;
  /** Opens the test's log, or opens it again. By default it has room for everything. */
  openLog(retention?: Partial<Retention>): Promise<Log>;
}

/** Tests the contract of every log. */
export function describeLog(name: string, { open, isDurable }: LogUnderTest): void {
  describe(`the log in ${name}`, () => {
    let timers: FakeTimers;
    let folder: string;
    const opened = new Set<Log>();

    beforeEach(async () => {
      timers = new FakeTimers();
      folder = await mkdtemp(join(tmpdir(), "runnel-log-"));
    });

    afterEach(async () => {
      for (const log of opened) await log.close();
      opened.clear();
      await rm(folder, { recursive: true, force: true });
    });

    const bench: Bench = {
      isDurable,
      get timers() {
        return timers;
      },
      async openLog(retention = {}) {
        const log = await open({ retention: { ...ROOMY, ...retention }, timers, folder });
        opened.add(log);
        return log;
      },
    };
    describeAppending(bench);
    describeIds(bench);
    describeReading(bench);
    describeReadingBack(bench);
    describeRetention(bench);
    describeReceipts(bench);
    describeBounds(bench);
    describeClosing(bench);
  });
}
