import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@playwright/test";
import { post } from "./hub.ts";
import type { Runnel } from "./runnel.ts";

/** Publishes `n0`, `n1`, `n2` … one after the other, until it is stopped. */
export interface Publisher {
  /** The data of the updates that the hub has accepted, in order. */
  readonly taken: readonly string[];
  /** The data of the requests that were cut when the hub stopped. The hub may or may not have accepted these updates. */
  readonly unsure: ReadonlySet<string>;
  /** Resolves when `count` more updates are accepted. */
  more(count: number): Promise<void>;
  /** Publishes no more, and resolves when the last request is answered. */
  stop(): Promise<void>;
}

export interface Publishing {
  readonly topic: string;
  readonly private?: boolean;
  readonly headers?: Record<string, string>;
}

/** The pause between two updates. About fifty updates a second make a busy topic, and leave CPU to other processes. */
const PAUSE_MS = 15;

export function startPublisher(
  runnel: Pick<Runnel, "url">,
  { topic, private: isPrivate = false, headers = {} }: Publishing,
): Publisher {
  const taken: string[] = [];
  const unsure = new Set<string>();
  let isOn = true;
  const publish = async (data: string) => {
    const fields = { topic, data, ...(isPrivate ? { private: "on" } : {}) };
    const response = await post(runnel, fields, { headers }).catch(() => undefined);
    await response?.text().catch(() => undefined);
    if (response?.status === 200) taken.push(data);
    else unsure.add(data);
  };
  const run = async () => {
    for (let count = 0; isOn; count += 1) {
      await publish(`n${count}`);
      await pause(PAUSE_MS);
    }
  };
  const done = run();
  return {
    taken,
    unsure,
    more(count) {
      const enough = taken.length + count;
      return expect.poll(() => taken.length, { intervals: [20] }).toBeGreaterThanOrEqual(enough);
    },
    stop() {
      isOn = false;
      return done;
    },
  };
}

/**
 * Stops publishing, and asserts that all accepted updates after `after` were received, each once and in order. If `after` is undefined: all
 * updates.
 */
export async function expectWhole(
  heard: () => Promise<readonly string[]>,
  publisher: Publisher,
  after?: string,
): Promise<void> {
  await publisher.stop();
  const due = publisher.taken.slice(after === undefined ? 0 : publisher.taken.indexOf(after) + 1);
  expect(due.length).toBeGreaterThan(0);
  const missing = async () => {
    const all = new Set(await heard());
    return due.filter((data) => !all.has(data)).join(" ");
  };
  await expect.poll(missing, { timeout: 30_000 }).toBe("");
  const all = await heard();
  expect(all.filter((data) => !publisher.unsure.has(data))).toEqual(due);
  const numbers = all.map((data) => Number(data.slice(1)));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
}
