/** A token as people paste it: with spaces around it, with the field's name and scheme in front, or as the line for a shell that the console and the script give. */
export function trimToken(text: string): string {
  return text.trim().replace(/^(?:(?:Authorization:\s*)?Bearer\s+|(?:export\s+)?TOKEN=)/i, "");
}

/** When a token says that it ends, in milliseconds since 1970; undefined: it doesn't say. Nothing is verified. Source: RFC 7519, section 4.1.4. */
export function endOf(token: string): number | undefined {
  const exp = claimsOf(token)?.exp;
  return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined;
}

function claimsOf(token: string): { readonly exp?: unknown } | undefined {
  try {
    const part = token.split(".")[1] ?? "";
    // Bytes that are UTF-8 are none of our concern here: a number is ASCII.
    const claims: unknown = JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims === "object" && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
