import type { HubUrl } from "../../base/hub-url.ts";

/** The properties of a service that its cookie depends on. */
interface Owner {
  readonly cookieName: string;
  readonly hub: { readonly url: HubUrl };
}

/**
 * Returns the attributes of the cookie for a browser's token. The browser sends it to the hub only, and no script can read it.
 * It has no `maxAge`: the hub refuses a stream with an expired token. Without the cookie, it would silently omit private updates.
 * Source: Mercure, section Cookie.
 */
export function tokenCookie({ cookieName: name, hub: { url } }: Owner) {
  // Browsers accept a name with `__` only with `Secure`. Other names also serve plain HTTP, where some browsers refuse `Secure`.
  const secure = url.href.startsWith("https:") || name.startsWith("__");
  // [spec] Browsers accept `__Host-` only with the path `/`. Source: RFC 6265bis, section 4.1.3.2.
  const path = /^__host-/i.test(name) ? "/" : url.path;
  return { name, path, httpOnly: true, secure, sameSite: "strict" } as const;
}

/** Returns the value of Set-Cookie that makes the browser delete the cookie. Source: RFC 6265, section 3.1. */
export function clearedCookie(owner: Owner): string {
  const { name, path, secure } = tokenCookie(owner);
  return `${name}=; Path=${path}; Max-Age=0; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
