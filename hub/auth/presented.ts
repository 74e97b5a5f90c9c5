/** The name that the protocol recommends: a browser with `__Secure-` cookies sets it over TLS alone. Source: Mercure, section Cookie. */
export const DEFAULT_COOKIE_NAME = "__Secure-mercure_access_token";

export type Presented =
  | { readonly kind: "none" }
  | { readonly kind: "header"; readonly token: string }
  /** Sent by the browser of its own accord: a publish MUST show its origin too. */
  | { readonly kind: "cookie"; readonly token: string }
  /** To be answered with 400 and `invalid_request`; `problem` has nothing of what was sent. */
  | { readonly kind: "malformed"; readonly problem: string };

/** `Bearer`, in any case, one space or more, and a b64token. Source: RFC 6750, section 2.1; RFC 9110, section 11.1. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * Finds the access token of a request. A URL never has one.
 *
 * An Authorization header of another scheme, or with anything but one token, is malformed, not missing: the client meant to
 * say who it is, and a fall back to a cookie or to nobody would answer in the name of somebody else.
 * A cookie with junk in it is a token that fails validation: browsers send it without anybody having meant to.
 * Source: Mercure, sections Presenting the Access Token and Error Responses.
 */
export function presentedToken(headers: Headers, cookieName = DEFAULT_COOKIE_NAME): Presented {
  const authorization = headers.get("authorization");
  // [spec] Where the header is, the cookie MUST be ignored.
  if (authorization !== null) {
    const token = BEARER.exec(authorization)?.[1];
    if (token !== undefined) return { kind: "header", token };
    const problem = /^bearer( |$)/i.test(authorization)
      ? "the Authorization header is Bearer, but without exactly one token after it"
      : "the Authorization header has another scheme than Bearer";
    return { kind: "malformed", problem };
  }
  const token = cookie(headers.get("cookie") ?? "", cookieName);
  // How some frameworks take a cookie back.
  return token === undefined || token === "" ? { kind: "none" } : { kind: "cookie", token };
}

/** The first of its name: browsers send the one with the longest path first. Source: RFC 6265, sections 4.2.1 and 5.4. */
function cookie(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    return /^".*"$/.test(value) ? value.slice(1, -1) : value;
  }
  return undefined;
}
