/** The cookie name that the protocol recommends. Browsers accept a `__Secure-` cookie only over TLS. Source: Mercure, section Cookie. */
export const DEFAULT_COOKIE_NAME = "__Secure-mercure_access_token";

export type Presented =
  | { readonly kind: "none" }
  | { readonly kind: "header"; readonly token: string }
  /** The browser sends a cookie by itself, so the origin of a publish MUST be checked too. */
  | { readonly kind: "cookie"; readonly token: string }
  /** The response MUST be a 400 with `invalid_request`. `problem` contains nothing of the header. */
  | { readonly kind: "malformed"; readonly problem: string };

/** `Bearer` in upper or lower case, one space or more, and a b64token. Source: RFC 6750, section 2.1; RFC 9110, section 11.1. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * Finds the access token of a request. A token in the URL is ignored.
 *
 * An Authorization header with another scheme, or without exactly one token, is malformed and not missing. The client meant to identify
 * itself, so a fallback to the cookie or to an anonymous client would serve the wrong identity.
 * A malformed cookie is a token that fails validation, because browsers send cookies by themselves.
 * Source: Mercure, sections Presenting the Access Token and Error Responses.
 */
export function presentedToken(headers: Headers, cookieName = DEFAULT_COOKIE_NAME): Presented {
  const authorization = headers.get("authorization");
  // [spec] If the header is present, the cookie MUST be ignored.
  if (authorization !== null) {
    const token = BEARER.exec(authorization)?.[1];
    if (token !== undefined) return { kind: "header", token };
    const problem = /^bearer( |$)/i.test(authorization)
      ? "the Authorization header is Bearer, but without exactly one token after it"
      : "the Authorization header has another scheme than Bearer";
    return { kind: "malformed", problem };
  }
  const token = cookie(headers.get("cookie") ?? "", cookieName);
  // Some frameworks set a cookie to an empty value to remove it.
  return token === undefined || token === "" ? { kind: "none" } : { kind: "cookie", token };
}

/** Returns the first cookie of this name: browsers send the longest path first. Source: RFC 6265, sections 4.2.1 and 5.4. */
function cookie(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    return /^".*"$/.test(value) ? value.slice(1, -1) : value;
  }
  return undefined;
}
