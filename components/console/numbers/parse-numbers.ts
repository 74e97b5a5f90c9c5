import type { NumbersDocument } from "../../../hub/stats/numbers.ts";

const LEVELS = [
  "at",
  "uptimeSeconds",
  "connections",
  "audiences",
  "lagging",
  "subscriptions",
  "waiting",
  "published",
  "delivered",
  "bytes",
  "replayed",
  "refused",
  "lagged",
  "gaps",
  "rssBytes",
  "heapBytes",
  "cpu",
] as const satisfies readonly (keyof NumbersDocument)[];
const TIMES = ["deliveryMs", "appendMs", "loopDelayMs"] as const;

/** Parses the data of a stats event; undefined: it is not one. */
export function parseNumbers(data: string): NumbersDocument | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isNumbers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isNumbers(value: unknown): value is NumbersDocument {
  if (!isObject(value)) return false;
  return (
    LEVELS.every((name) => typeof value[name] === "number") &&
    TIMES.every((name) => {
      const times = value[name];
      if (times === null) return name !== "loopDelayMs";
      return isObject(times) && typeof times.p50 === "number" && typeof times.p99 === "number";
    })
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
