import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import type { Reader } from "../auth/reader.ts";
import { entryOf } from "../log/entry.ts";
import { START, toPosition } from "../log/log.ts";
import { topic, update } from "../testing/updates.ts";
import { SharedPage } from "./shared-page.ts";

const READERS = 16;

function pageOf(publicBytes: number): SharedPage {
  const updates = [update("news", "x".repeat(publicBytes))];
  for (let user = 0; user < READERS; user += 1) {
    updates.push(update(`user ${user}`, `for ${user}`, { private: true }));
  }
  const entries = updates.map((each, index) =>
    entryOf(each, { position: toPosition(index + 1), id: `${index}`, lane: "updates", at: 0 }),
  );
  return new SharedPage(START, entries, toPosition(entries.length), {
    updates: START,
    subscriptions: START,
  });
}

const readers = Array.from({ length: READERS }, (_, user): Reader => {
  const own = topic(`user ${user}`);
  return {
    grantsKey: own,
    mayRead: (topics) => topics.includes(own),
    mayReadSubscriptions: false,
  };
});

test("a page uses at most twice its bytes, even if many readers may see different parts of it", async () => {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  const pages = Array.from({ length: 50 }, () => pageOf(64_000));
  gc();
  const before = process.memoryUsage().arrayBuffers;
  for (const page of pages) {
    for (const [user, reader] of readers.entries()) {
      const text = new TextDecoder().decode(page.stepFor(reader).chunk.bytes);
      expect(text.match(/for \d+/g)).toEqual([`for ${user}`]);
      expect(page.stepFor(reader)).toBe(page.stepFor(reader));
    }
  }
  // The memory that a collection found is released a moment later.
  await vi.waitFor(() => {
    gc();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1.5 * 50 * 64_000);
  });
  expect(pages).toHaveLength(50);
});
