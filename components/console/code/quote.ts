/**
 * A text as one word of a POSIX shell. What it says may come from a link or an event, and the line is there to be pasted: nothing in it may
 * end the quotes or be run.
 */
export function shellWord(text: string): string {
  // [spec] None, but bash expands `~` behind `=` and `:` too, and zsh a `=` that begins a word.
  return /^(?!=)[\w.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as a string of JavaScript. [spec] ECMAScript, section 12.9.4: a JSON text is one, U+2028 and U+2029 in it too. */
export function jsString(text: string): string {
  return JSON.stringify(text);
}

/**
 * Data as an expression of JavaScript that is sent as the same JSON: the value where writing it out again gives what was typed (but for the
 * spaces), else the text, so that no large number or doubled key changes on the way.
 */
export function jsData(data: string): string {
  const value = parsed(data);
  if (typeof value !== "object" || value === null) return jsString(data);
  const compact = data.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
  // As a key of an object literal it would set the prototype.
  const same = compact === JSON.stringify(value) && !compact.includes('"__proto__"');
  return same ? literal(value) : jsString(data);
}

/** On one line, as people write it, where it is short. */
function literal(value: unknown): string {
  const line = inline(value);
  return line.length <= LINE ? line : JSON.stringify(value, null, 2);
}

/** In characters: what fits beside the rest of a call. */
const LINE = 60;

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, each]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : jsString(name);
    return `${key}: ${inline(each)}`;
  });
  return fields.length > 0 ? `{ ${fields.join(", ")} }` : "{}";
}

/** undefined: it is no JSON, or longer than is good. */
function parsed(text: string): unknown {
  if (text.length > LONGEST_LITERAL) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In characters: what is longer is no code to read, and may be nested too deep to write. */
const LONGEST_LITERAL = 2_000;
