import { escapeDirection } from "./direction.ts";

/** In characters: an object that fits is on one line. */
const LINE = 40;
/** Deeper values are on one line, however long: each level would indent everything below it. */
const DEEPEST = 12;

/** Writes JSON for people: short values on one line, the others indented by two. */
export function jsonText(value: unknown): string {
  return escapeDirection(lines(value, ""));
}

function lines(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null || indent.length >= 2 * DEEPEST)
    return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((part) => lines(part, inner))
    : Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}: ${lines(part, inner)}`);
  if (parts.length === 0) return `${open}${close}`;
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (!line.includes("\n") && indent.length + line.length <= LINE) return line;
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(",\n")}\n${indent}${close}`;
}
