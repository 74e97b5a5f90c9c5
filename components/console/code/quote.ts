/**
 * Quotes a text as one word of a POSIX shell. The text may come from a link or an event, and the line is made for pasting. So nothing in it
 * may end the quotes or run.
 */
export function shellWord(text: string): string {
  // [spec] None, but bash expands `~` after `=` and `:` too, and zsh expands a `=` at the beginning of a word.
  return /^(?!=)[\w.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Writes a text as a string of JavaScript. [spec] ECMAScript, section 12.9.4: a JSON text is one, also with U+2028 and U+2029. */
export function jsString(text: string): string {
  return JSON.stringify(text);
}

/**
 * Writes data as an expression of JavaScript that is sent as the same JSON. It is a value if that serializes to the same text, apart from
 * spaces. Else it is a string, so that no large number or duplicate key changes on the way.
 */
export function jsData(data: string): string {
  const value = parsed(data);
  if (typeof value !== "object" || value === null) return jsString(data);
  const compact = data.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
  // In an object literal this key would set the prototype.
  const same = compact === JSON.stringify(value) && !compact.includes('"__proto__"');
  return same ? literal(value) : jsString(data);
}

/** Writes a value on one line if it is short; otherwise it is indented. */
function literal(value: unknown): string {
  const line = inline(value);
  return line.length <= LINE ? line : JSON.stringify(value, null, 2);
}

/** In characters: as much as fits beside the rest of a call. */
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

/** Parses a text; undefined: it is not JSON, or too long. */
function parsed(text: string): unknown {
  if (text.length > LONGEST_LITERAL) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In characters: longer values are not readable as code, and may be nested too deep to write. */
const LONGEST_LITERAL = 2_000;
