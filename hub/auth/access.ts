import type { Matcher } from "../topics/matcher.ts";

export type Action = "publish" | "subscribe";

/** The permissions of one authorization detail of a token. Source: Mercure, section Authorization Details. */
export interface Grant {
  readonly actions: ReadonlySet<Action>;
  readonly topics: readonly Matcher[];
  /** Data that is shown with the subscriptions that the grant matches. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** The permissions of a valid token. */
export interface Access {
  readonly issuer: string;
  readonly subject: string | undefined;
  /** The token's end, in milliseconds since 1970. */
  readonly expiresAt: number;
  readonly grants: readonly Grant[];
}

/**
 * The reason for which a token is refused. Only the operator's log and the inspection of a token (explain.ts) show it.
 * The refusal of a request has the same text for every reason.
 */
export type TokenProblem =
  | "malformed"
  | "type"
  | "algorithm"
  | "issuer"
  | "key"
  | "signature"
  | "audience"
  | "expired"
  | "not yet valid"
  | "claims"
  | "authorization details";

export type Verified =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly reason: TokenProblem };

/** The role of an endpoint. Each role has its own key. */
export type Role = "publisher" | "subscriber";

export interface Verifier {
  /** Verifies a token for a role. MUST NOT throw, whatever the token is. A JWK Set that can't be fetched is the problem "key". */
  verify(token: string, role: Role): Promise<Verified>;
}
