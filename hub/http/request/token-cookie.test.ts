import { expect, test } from "vitest";
import { HubUrl } from "../../base/hub-url.ts";
import { clearedCookie, tokenCookie } from "./token-cookie.ts";

const RECOMMENDED = "__Secure-mercure_access_token";

test.each([
  ["https://hub.example.com/.well-known/mercure", RECOMMENDED, true, "/.well-known/mercure"],
  ["https://hub.example.com/.well-known/mercure", "hub", true, "/.well-known/mercure"],
  // Browsers that accept this name on this machine accept it only with Secure.
  ["http://localhost:3000/.well-known/mercure", RECOMMENDED, true, "/.well-known/mercure"],
  ["http://localhost:3000/events", "hub", false, "/events"],
  // Browsers silently drop the cookie if it has another path.
  ["https://hub.example.com/.well-known/mercure", "__Host-mercure", true, "/"],
])(
  "the cookie of a hub at %s, with the name %s, is sent only to that hub; Secure: %s",
  (href, name, secure, path) => {
    const service = { cookieName: name, hub: { url: new HubUrl(href) } };
    expect(tokenCookie(service)).toEqual({
      name,
      path,
      httpOnly: true,
      secure,
      sameSite: "strict",
    });
    // Else the browser would keep the other one.
    expect(clearedCookie(service).split("; ")).toEqual([
      `${name}=`,
      `Path=${path}`,
      "Max-Age=0",
      "HttpOnly",
      "SameSite=Strict",
      ...(secure ? ["Secure"] : []),
    ]);
  },
);
