import { createHash } from "node:crypto";
import type { Timers } from "../base/timers.ts";
import type { Access, Role } from "./access.ts";

/** The time in which a valid token is not verified again, in milliseconds. A key removed from a JWK Set works up to this much longer. */
export const VERIFIED_MS = 60_000;
const MAX_VERIFIED = 1_000;

interface Entry {
  readonly access: Access;
  /** The time of verification, by `Timers.elapsed()`: setting the system clock does not affect it. */
  readonly since: number;
}

/**
 * A cache of recently verified tokens, for thousands of clients that reconnect with the same few tokens. It stores hashes, not tokens.
 * Refusals are not cached: strangers could cause any number of them, and a token that is not yet valid becomes valid soon.
 */
export class VerifiedTokens {
  readonly #timers: Timers;
  /** The entries in the order of last use. */
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

/** Returns the cache key of a token. [spec] The role is part of it, because each key is for one role. */
function keyOf(token: string, role: Role): string {
  return `${role} ${createHash("sha256").update(token).digest("base64")}`;
}
