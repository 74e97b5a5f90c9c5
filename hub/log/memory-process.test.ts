import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";

const BUILT = join("node_modules", ".cache", `runnel-memory-${process.pid}`);
const PROGRAM = join(BUILT, "memory-child.mjs");
const BOUND = 16 * 1024 * 1024;

beforeAll(async () => {
  const built = await rolldown({
    input: join("hub", "testing", "memory-child.ts"),
    platform: "node",
  });
  await built.write({ dir: BUILT, format: "esm", entryFileNames: "[name].mjs" });
  await built.close();
});

afterAll(() => rm(BUILT, { recursive: true, force: true }));

// The test publishes four times the bound. The heap of the process has room for little more than the bound.
test.each([
  "tiny updates with a topic each",
  "updates of 50,000 bytes",
  "many topics",
  "many long topics",
  "updates with long ids",
])(
  "a log in memory that is filled with %s stays within its bound, and its process survives",
  async (shape) => {
    const args = ["--expose-gc", "--max-old-space-size=48", PROGRAM, String(BOUND), shape];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { most, floor } = JSON.parse(stdout);
    expect(floor).toBeGreaterThan(0);
    expect(most).toBeLessThan(1.2 * BOUND);
    expect(most).toBeGreaterThan(0.3 * BOUND);
  },
  60_000,
);
