import { escapeDirection } from "../lib/direction.ts";

/** In characters: a longer text is shown as it was sent. */
const LONGEST = 1_000_000;
/** Deeper levels are not indented further. */
const DEEPEST = 40;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/**
 * Formats JSON with a line for each part. It changes only spaces, and escapes characters that would change the direction of the text.
 * Numbers and duplicate keys stay as they were sent; to parse and serialize them would change them.
 * @returns undefined: it is not a JSON object or array, or is too long
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
