import { createHash } from "node:crypto";
import type { Timers } from "../base/timers.ts";
import type { Access, Role } from "./access.ts";

/** How long a token that was found valid is not verified again. A key taken out of a JWK Set works so much longer. */
export const VERIFIED_MS = 60_000;
const MAX_VERIFIED = 1_000;

interface Entry {
  readonly access: Access;
  /** By `Timers.elapsed()`: setting the clock back makes it no older. */
  readonly since: number;
}

/**
 * The tokens that were found valid of late, for ten thousand clients that come back with the same few. Refusals are not
 * kept: their number is up to strangers, and a token that is not yet valid soon is. What is kept are hashes, not tokens.
 */
export class VerifiedTokens {
  readonly #timers: Timers;
  /** In the order of last use. */
  readonly #entries = new Map<string, Entry>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get(token: string, role: Role): Access | undefined {
    const key = keyOf(token, role);
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    const { access, since } = entry;
    if (this.#timers.elapsed() - since >= VERIFIED_MS) return undefined;
    if (this.#timers.now() >= access.expiresAt) return undefined;
    this.#entries.set(key, entry);
    return access;
  }

  add(token: string, role: Role, access: Access): void {
    this.#entries.set(keyOf(token, role), { access, since: this.#timers.elapsed() });
    if (this.#entries.size <= MAX_VERIFIED) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}

/** [spec] The role is part of it: keys are for one role. */
function keyOf(token: string, role: Role): string {
  return `${role} ${createHash("sha256").update(token).digest("base64")}`;
}
