import type { KeyObject } from "node:crypto";
import type { HubUrl } from "../base/hub-url.ts";
import type { Timers } from "../base/timers.ts";
import type { Role } from "./access.ts";
import { MAX_TOKEN_LENGTH, newClaims, signed, type TopicMatcher } from "./access-token.mjs";
import type { Algorithm } from "./algorithms.ts";
import { parseGrants } from "./authorization-details.ts";
import type { TrustedIssuer } from "./issuers.ts";

/** The contents of a new token: its grants, its subject and its lifetime. */
export interface TokenRequest {
  readonly publish?: readonly TopicMatcher[] | undefined;
  /** Topics that the token may read private updates of. */
  readonly subscribe?: readonly TopicMatcher[] | undefined;
  /** The token's user. Default: a new URN. */
  readonly subject?: string | undefined;
  /** Data that the subscription API shows with the token's subscriptions. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** The token's lifetime, in whole seconds. Default: 3,600. */
  readonly expiresIn?: number | undefined;
}

export type Minted =
  | {
      readonly ok: true;
      readonly token: string;
      /** The token's end, in milliseconds since 1970. */
      readonly expiresAt: number;
    }
  /** invalid: every hub would refuse such a token. key: no key here can sign it. `problem` contains nothing of a key. */
  | { readonly ok: false; readonly reason: "invalid" | "key"; readonly problem: string };

/** The default lifetime of a token, in seconds. */
const DEFAULT_LIFETIME = 3_600;
const MAX_LIFETIME = 366 * 24 * 3_600;

interface Signer {
  readonly issuer: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

/** Signs tokens for its own hub, with the same secrets that the hub uses to verify them. */
export class Minter {
  readonly #hubUrl: HubUrl;
  readonly #timers: Timers;
  readonly #signers: Readonly<Record<Role, Signer | undefined>>;

  /** @param world.issuers their static secrets sign tokens; public keys and JWK Sets can't */
  constructor(world: { issuers: readonly TrustedIssuer[]; hubUrl: HubUrl; timers: Timers }) {
    const { issuers, hubUrl, timers } = world;
    this.#hubUrl = hubUrl;
    this.#timers = timers;
    this.#signers = {
      publisher: signerFor("publisher", issuers),
      subscriber: signerFor("subscriber", issuers),
    };
  }

  /** Mints a token. The hub MUST accept it, with all requested grants; otherwise no token is minted. */
  async mint(request: TokenRequest): Promise<Minted> {
    const { publish = [], subscribe = [], subject, payload, expiresIn } = request;
    const lifetime = expiresIn ?? DEFAULT_LIFETIME;
    const problem = requestProblem(request, lifetime);
    if (problem) return invalid(problem);
    const found = this.#signer(publish.length > 0, subscribe.length > 0);
    if (!found.ok) return found;
    const { signer } = found;
    const claims = newClaims({
      issuer: signer.issuer,
      audience: this.#hubUrl.href,
      publish,
      subscribe,
      payload,
      subject,
      clientId: undefined,
      lifetime,
      now: this.#timers.now(),
    });
    const parsed = parseGrants(claims.authorization_details, this.#hubUrl);
    if (!parsed.ok) return invalid(inWordsOf(request, parsed.problem));
    const token = await signed(claims, signer);
    if (token.length > MAX_TOKEN_LENGTH) {
      return invalid(
        `the token would have ${token.length} characters, but may have ${MAX_TOKEN_LENGTH}: grant less, or with patterns`,
      );
    }
    return { ok: true, token, expiresAt: claims.exp * 1000 };
  }

  /** Returns the key for a token. A token has one signature, so one key must serve both roles if it grants both. */
  #signer(publishes: boolean, subscribes: boolean) {
    const { publisher, subscriber } = this.#signers;
    if (publishes && !publisher) return noKey("publish");
    if (subscribes && !subscriber) return noKey("subscribe");
    const signer = publishes ? publisher : subscriber;
    if (!signer) return noKey("publish");
    if (publishes && subscribes && !(subscriber && same(signer, subscriber))) {
      const problem =
        "the keys of publishers and subscribers differ: ask for a token to publish, and for one to subscribe";
      return { ok: false, reason: "key", problem } as const;
    }
    return { ok: true, signer } as const;
  }
}

function signerFor(role: Role, issuers: readonly TrustedIssuer[]): Signer | undefined {
  for (const { issuer, [role]: source } of issuers) {
    if (source?.kind !== "static" || source.key.type !== "secret") continue;
    return { issuer, algorithm: source.algorithm, key: source.key };
  }
  return undefined;
}

function same(one: Signer, other: Signer): boolean {
  return (
    one.issuer === other.issuer && one.algorithm === other.algorithm && one.key.equals(other.key)
  );
}

function requestProblem(request: TokenRequest, lifetime: number): string | undefined {
  const { publish = [], subscribe = [], subject, payload } = request;
  if (publish.length + subscribe.length === 0) {
    return "the token would grant nothing: give topics to publish or subscribe to";
  }
  if (payload && subscribe.length === 0) {
    return "payload is shown with subscriptions: it needs topics to subscribe to";
  }
  if (subject === "") return "subject is empty";
  if (!Number.isInteger(lifetime) || lifetime < 1 || lifetime > MAX_LIFETIME) {
    return `expiresIn is not a whole number of seconds from 1 to ${MAX_LIFETIME}`;
  }
  return undefined;
}

/** Rewrites a problem of the claim in terms of the request: `[0].topics[1].match …` becomes `publish[1].match …`. */
function inWordsOf({ publish = [] }: TokenRequest, problem: string): string {
  const lists = publish.length > 0 ? ["publish", "subscribe"] : ["subscribe"];
  return problem.replace(/^\[(\d)\]\.(topics)?/, (_, index, topics) =>
    topics ? (lists[Number(index)] ?? "") : "",
  );
}

function invalid(problem: string) {
  return { ok: false, reason: "invalid", problem } as const;
}

function noKey(action: string) {
  const problem = `this hub has no secret that signs tokens to ${action}: whoever has the private key, or the authorization server, mints them`;
  return { ok: false, reason: "key", problem } as const;
}
