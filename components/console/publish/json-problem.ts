/**
 * What is wrong with data that looks as if it were JSON, and where; undefined: nothing, or it is plain text. The browser finds it, in words
 * of its own; most say where.
 */
export function jsonProblem(data: string): string | undefined {
  if (!/^\s*[[{]/.test(data)) return undefined;
  try {
    JSON.parse(data);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const what = message
      .replace(/^JSON\.parse: |^JSON Parse error: /, "")
      .replace(/ in JSON at.*| at line \d.*/s, "");
    const where = placeOf(message, data);
    return where === undefined ? what : `${where}: ${what}`;
  }
}

function placeOf(message: string, data: string): string | undefined {
  const given = /line (\d+) column (\d+)/.exec(message);
  if (given) return `Line ${given[1]}, column ${given[2]}`;
  const position = /position (\d+)/.exec(message)?.[1];
  // V8 gives no place where the text ends too early.
  const at = position === undefined && /end/i.test(message) ? data.length : Number(position);
  if (Number.isNaN(at)) return undefined;
  const before = data.slice(0, at).split("\n");
  return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
