/** The names and values of a form, in order, or the problem with them. */
export type Form =
  | { readonly ok: true; readonly pairs: readonly (readonly [name: string, value: string])[] }
  | { readonly ok: false; readonly reason: "invalid" | "too large"; readonly problem: string };

/** The limit of fields in one form, including empty ones. Each field takes time to parse, and a megabyte has room for a million. */
const MAX_FIELDS = 1_000;

/**
 * Parses application/x-www-form-urlencoded, a query or a body, as `URLSearchParams` does. But text that is not UTF-8 is an error, and not
 * replaced. Source: WHATWG URL, section 5.1; Mercure, sections Subscription and Publication.
 */
export function parseForm(text: string): Form {
  const pairs: (readonly [string, string])[] = [];
  const invalid = (problem: string) => ({ ok: false, reason: "invalid", problem }) as const;
  const pieces = text.split("&", MAX_FIELDS + 1);
  if (pieces.length > MAX_FIELDS) {
    return { ok: false, reason: "too large", problem: `there are more than ${MAX_FIELDS} fields` };
  }
  for (const piece of pieces) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    const name = decode(equals < 0 ? piece : piece.slice(0, equals));
    const value = equals < 0 ? "" : decode(piece.slice(equals + 1));
    if (name === undefined) return invalid("a field's name is not valid UTF-8");
    if (value === undefined) return invalid(`${name} is not valid UTF-8`);
    pairs.push([name, value]);
  }
  return { ok: true, pairs };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(text: string): string | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return copied(spaced);
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A percent sign without two hexadecimal digits after it is kept as text.
    const bytes = Buffer.from(spaced.replace(/%(?![0-9a-f]{2})/gi, "%25"));
    return decodeBytes(bytes);
  }
}

/** The length up to which values may be stored, in characters: topics, ids and matchers are shorter. */
const KEPT_LENGTH = 4_096;

/** Copies a short text. Otherwise a substring keeps the whole text in memory: here a whole body for one topic. */
function copied(text: string): string {
  return text.length > KEPT_LENGTH ? text : Buffer.from(text).toString();
}

function decodeBytes(encoded: Buffer): string | undefined {
  const bytes = Buffer.from(
    encoded
      .toString("latin1")
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    "latin1",
  );
  return decodeUtf8(bytes);
}

/** Decodes UTF-8; undefined: the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
