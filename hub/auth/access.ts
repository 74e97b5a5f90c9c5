import type { Matcher } from "../topics/matcher.ts";

export type Action = "publish" | "subscribe";

/** What one authorization detail of a token allows. Source: Mercure, section Authorization Details. */
export interface Grant {
  readonly actions: ReadonlySet<Action>;
  readonly topics: readonly Matcher[];
  /** Shown with the subscriptions that it matches. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** A token that was found valid. */
export interface Access {
  readonly issuer: string;
  readonly subject: string | undefined;
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  readonly grants: readonly Grant[];
}

/**
 * Why a token is not taken; for the operator's log, and for whoever has a token looked at (explain.ts). A request with it is refused in
 * the same words for all.
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

/** The endpoint's role, which has a key of its own. */
export type Role = "publisher" | "subscriber";

export interface Verifier {
  /** Never throws for what a stranger sent. @throws HubError never; a JWK Set that can't be fetched is the problem "key" */
  verify(token: string, role: Role): Promise<Verified>;
}
