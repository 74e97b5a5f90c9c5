/** The tokens that may come next, as text for people. */
type Wanted =
  | "a value"
  | "a value or ]"
  | "a name in double quotes"
  | "a name in double quotes or }"
  | "a colon"
  | "a comma or }"
  | "a comma or ]"
  | "nothing more";

const SPACE = /[ \t\n\r]*/y;
// [spec] RFC 8259, section 7: no control characters, and no escapes but these.
const STRING = /"[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\p{Cc}]*)*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Describes the problem of data that looks like JSON, and its position; undefined: there is none, or it is plain text.
 * Browsers differ in their messages, and some do not name the position.
 */
export function jsonProblem(data: string): string | undefined {
  if (!/^\s*[[{]/.test(data)) return undefined;
  try {
    JSON.parse(data);
    return undefined;
  } catch {
    const { at, wanted } = findFault(data);
    const before = data.slice(0, at).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return `Line ${before.length}, column ${column}: ${wanted} should be here`;
  }
}

/** Finds the first position at which a text is not JSON, and what JSON allows there. */
export function findFault(text: string): { at: number; wanted: Wanted } {
  const open: ("{" | "[")[] = [];
  let wanted: Wanted = "a value";
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found !== undefined;
  };
  const behindValue = (): Wanted => {
    const within = open.at(-1);
    if (within === undefined) return "nothing more";
    return within === "{" ? "a comma or }" : "a comma or ]";
  };
  for (;;) {
    take(SPACE);
    const sign = text[at];
    const closes = (sign === "}" || sign === "]") && wanted.endsWith(sign);
    if (closes) {
      at += 1;
      open.pop();
      wanted = behindValue();
    } else if (wanted.startsWith("a value")) {
      if (sign === "{" || sign === "[") {
        at += 1;
        open.push(sign);
        wanted = sign === "{" ? "a name in double quotes or }" : "a value or ]";
      } else if (take(STRING) || take(SCALAR)) wanted = behindValue();
      else return { at, wanted };
    } else if (wanted.startsWith("a name")) {
      if (!take(STRING)) return { at, wanted };
      wanted = "a colon";
    } else if (wanted === "a colon" && sign === ":") {
      at += 1;
      wanted = "a value";
    } else if (wanted.startsWith("a comma") && sign === ",") {
      at += 1;
      wanted = open.at(-1) === "{" ? "a name in double quotes" : "a value";
    } else return { at, wanted };
  }
}
