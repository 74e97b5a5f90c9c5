import type { HubUrl } from "../../base/hub-url.ts";

/** Of a service, what a cookie for it depends on. */
interface Owner {
  readonly cookieName: string;
  readonly hub: { readonly url: HubUrl };
}

/**
 * The cookie for a browser's token: it goes to the hub alone, and no script reads it. Without a `maxAge`: with a token that has ended
 * the hub refuses a stream; without one it would leave private updates out, and say nothing.
 * Source: Mercure, section Cookie.
 */
export function tokenCookie({ cookieName: name, hub: { url } }: Owner) {
  // Browsers take such a name with `Secure` alone. Another one is for plain HTTP, too, where not all of them would take it with `Secure`.
  const secure = url.href.startsWith("https:") || name.startsWith("__");
  // [spec] Browsers take this one for all paths alone. Source: RFC 6265bis, section 4.1.3.2.
  const path = /^__host-/i.test(name) ? "/" : url.path;
  return { name, path, httpOnly: true, secure, sameSite: "strict" } as const;
}

/** Has the browser forget it, as the value of Set-Cookie. Source: RFC 6265, section 3.1. */
export function clearedCookie(owner: Owner): string {
  const { name, path, secure } = tokenCookie(owner);
  return `${name}=; Path=${path}; Max-Age=0; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
