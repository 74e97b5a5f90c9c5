import type { HubUrl } from "../base/hub-url.ts";
import { parseMatcher } from "../topics/matcher.ts";
import type { Access } from "./access.ts";

/** Returns access to every topic, without a token and without an end. Trusted code of the app has it, and every client of a playground. */
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
