/**
 * Extracts the token from a pasted text. The text may have spaces around it, a field name and scheme before it, or be the shell line that
 * the console and the script print.
 */
export function trimToken(text: string): string {
  return text.trim().replace(/^(?:(?:Authorization:\s*)?Bearer\s+|(?:export\s+)?TOKEN=)/i, "");
}

/**
 * Returns when a token expires, in milliseconds since 1970; undefined: it does not say. Nothing is verified. Source: RFC 7519, section
 * 4.1.4.
 */
export function endOf(token: string): number | undefined {
  const exp = claimsOf(token)?.exp;
  return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined;
}

function claimsOf(token: string): { readonly exp?: unknown } | undefined {
  try {
    const part = token.split(".")[1] ?? "";
    // UTF-8 need not be decoded: a number is ASCII.
    const claims: unknown = JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims === "object" && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
