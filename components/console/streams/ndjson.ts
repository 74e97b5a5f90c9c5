import type { Entry } from "../../../client/base/snapshot.ts";

/** So many lines are one part: the whole as one text might be longer than a text may be. */
const PART = 2_000;

/** Events as NDJSON: a line each, with `id`, `type`, `data` and `at`, the time of arrival (ISO 8601). What else is on the list is left out. */
export function ndjson(entries: readonly Entry[]): string[] {
  const parts: string[] = [];
  let lines: string[] = [];
  for (const { kind, id, type = "message", text, at } of entries) {
    if (kind !== "message" && kind !== "invalid") continue;
    lines.push(JSON.stringify({ id, type, data: text, at: new Date(at).toISOString() }));
    if (lines.length < PART) continue;
    parts.push(`${lines.join("\n")}\n`);
    lines = [];
  }
  if (lines.length > 0) parts.push(`${lines.join("\n")}\n`);
  return parts;
}
