import type { Entry } from "../../../client/base/snapshot.ts";

/** The most lines of one part: as one text, the whole could exceed the longest string. */
const PART = 2_000;

/** Writes events as NDJSON: a line each, with `id`, `type`, `data` and `at`, the time of arrival (ISO 8601). Other entries are left out. */
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
