import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@playwright/test";
import { post } from "./hub.ts";
import type { Runnel } from "./runnel.ts";

/** Publishes `n0`, `n1`, `n2` … one after the other, all the time. */
export interface Publisher {
  /** The data of those that the hub has taken, in order. */
  readonly taken: readonly string[];
  /** Of those that were on their way when the hub went away nobody knows whether it has them. */
  readonly unsure: ReadonlySet<string>;
  /** Resolves when so many more are taken. */
  more(count: number): Promise<void>;
  /** Publishes no more; resolves when the last one is answered. */
  stop(): Promise<void>;
}

export interface Publishing {
  readonly topic: string;
  readonly private?: boolean;
  readonly headers?: Record<string, string>;
}

/** Between one and the next: some fifty a second are a busy topic, and leave the machine to others. */
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

/** Stops publishing, and asserts that all that was taken behind `after` has been heard, each once and in order; `after` undefined: all. */
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
