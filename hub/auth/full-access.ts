import type { HubUrl } from "../base/hub-url.ts";
import { parseMatcher } from "../topics/matcher.ts";
import type { Access } from "./access.ts";

/** Every right on every topic, without a token and without an end: the app's own code has it, and in a playground everybody. */
export function fullAccess(issuer: string, hubUrl: HubUrl): Access {
  const everything = parseMatcher("exact", "*", hubUrl);
  const topics = everything.ok ? [everything.matcher] : [];
  return {
    issuer,
    subject: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    grants: [{ actions: new Set(["publish", "subscribe"]), topics }],
  };
}
