import { escapeDirection } from "../lib/direction.ts";

/** In characters: what is longer is shown as it was sent. */
const LONGEST = 1_000_000;
/** What is nested deeper is not indented further. */
const DEEPEST = 40;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/**
 * JSON with a line for each part. Only its spaces change, and what would turn the direction of its text is escaped: numbers and doubled keys
 * stay as they were sent, which to parse it and write it again would not leave them.
 * @returns undefined: it is no JSON object or list, or is too long
 */
export function formatJson(text: string): string | undefined {
  if (text.length > LONGEST || !isJson(text)) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let last = "";
  const newLine = () => parts.push("\n", "  ".repeat(Math.min(depth, DEEPEST)));
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "}" || token === "]") {
      depth -= 1;
      if (last !== "{" && last !== "[") newLine();
    } else if (last === "{" || last === "[" || last === ",") newLine();
    parts.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") depth += 1;
    last = token;
  }
  return escapeDirection(parts.join(""));
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
