import type { MatcherType } from "../../protocol/matcher-types.ts";
import type { Action, Grant, Role, TokenProblem, Verified } from "../auth/access.ts";
import { MAX_TOKEN_LENGTH } from "../auth/access-token.mjs";
import { explain, explainNothing } from "../auth/explain.ts";
import { parseToken, type UnverifiedToken } from "../auth/parse-token.ts";
import { readBody } from "./request/body.ts";
import { clientOf } from "./request/client.ts";
import { decodeUtf8 } from "./request/form.ts";
import { playgroundRefusal } from "./request/origin.ts";
import { type ProblemName, problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

/** The report on a token: its contents, and this hub's verdict for each role. */
export interface TokenReport {
  /** The token's header, not verified. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The token's end, in milliseconds since 1970; null: the token has no `exp`. */
  readonly expiresAt: number | null;
  readonly publisher: Verdict;
  readonly subscriber: Verdict;
}

/** The hub's decision about a request with the token, for one role. */
export type Verdict =
  | {
      readonly ok: true;
      /** The grants that have the role's action. */
      readonly grants: readonly ReportedGrant[];
      /** Present if there are no grants: the reason. */
      readonly explanation?: string;
    }
  | {
      readonly ok: false;
      readonly reason: TokenProblem;
      /** The problem and its remedy, in sentences. */
      readonly explanation: string;
    };

export interface ReportedGrant {
  readonly actions: readonly Action[];
  readonly topics: readonly { readonly match: string; readonly match_type: MatcherType }[];
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** The room for white space around a copied token, in bytes. */
const MAX_SPACE = 256;

/**
 * POST: reports the grants of a token, its end, and the reason for which the hub would refuse it.
 * The report uses only the token itself, which the client has, and public facts about the hub.
 * Elsewhere, a request with that token is still refused with the same text for every reason.
 */
export async function inspect(service: Service, request: Request): Promise<Response> {
  const { hub } = service;
  const refused = (
    name: ProblemName,
    detail: string,
    fields: Readonly<Record<string, string>> = {},
  ): Response => {
    hub.meter.refused(name);
    return problemResponse(name, detail, fields);
  };
  const stranger = playgroundRefusal(service, request);
  if (stranger) return refused(...stranger);
  if (!/^text\/plain *(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return refused("wrong-media-type", "the body is a token, as text/plain");
  }
  const read = await readBody(request, {
    maxBytes: MAX_TOKEN_LENGTH + MAX_SPACE,
    budget: service.consoleBodies,
    client: clientOf(service, request, undefined),
    timers: hub.timers,
  });
  const tooLong = `a token may have ${MAX_TOKEN_LENGTH} characters`;
  if (!read.ok) {
    const { name, problem, headers } = read;
    return refused(name, name === "too-large" ? tooLong : problem, headers);
  }
  const text = decodeUtf8(read.body)?.trim();
  if (text && text.length > MAX_TOKEN_LENGTH) return refused("too-large", tooLong);
  const token = text ? parseToken(text) : undefined;
  if (!text || !token) {
    const detail =
      "the text is no token: three parts of base64url, separated by dots, of which the first two are JSON objects";
    return refused("bad-body", detail);
  }
  try {
    const report = await reportOn(service, text, token);
    return Response.json(report, { headers: { "Cache-Control": "no-store" } });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused("bad-body", "the token is nested too deep to be shown");
  }
}

async function reportOn(
  service: Service,
  text: string,
  token: UnverifiedToken,
): Promise<TokenReport> {
  const { hub, verifier, playground } = service;
  const [publisher, subscriber] = await Promise.all(
    (["publisher", "subscriber"] as const).map((role) => verifier?.verify(text, role)),
  );
  const verdict = (role: Role, own: Verified | undefined, other: Verified | undefined): Verdict => {
    if (own?.ok) return verdictOn(role, own.access.grants);
    // Without a verifier there is no key to verify the token with.
    const reason = own?.reason ?? "key";
    const explanation = explain({
      token,
      reason,
      role,
      goodForOther: other?.ok ?? false,
      hubUrl: hub.url,
      playground,
      hasKeys: verifier !== undefined,
      now: hub.timers.now(),
    });
    return { ok: false, reason, explanation };
  };
  const { header, claims } = token;
  const ends = typeof claims.exp === "number" ? claims.exp * 1000 : Number.NaN;
  return {
    header,
    claims,
    expiresAt: Number.isFinite(ends) ? ends : null,
    publisher: verdict("publisher", publisher, subscriber),
    subscriber: verdict("subscriber", subscriber, publisher),
  };
}

function verdictOn(role: Role, granted: readonly Grant[]): Verdict {
  const action = role === "publisher" ? "publish" : "subscribe";
  const grants = granted
    .filter(({ actions }) => actions.has(action))
    .map(({ actions, topics, payload }) => ({
      actions: [...actions],
      topics: topics.map(({ match, type }) => ({ match, match_type: type })),
      ...(payload ? { payload } : {}),
    }));
  return grants.length > 0
    ? { ok: true, grants }
    : { ok: true, grants, explanation: explainNothing(role) };
}
