import type { Access, Role, TokenProblem } from "../../auth/access.ts";
import { fullAccess } from "../../auth/full-access.ts";
import { namesPlayground, PLAYGROUND_ISSUER } from "../../auth/playground.ts";
import { type Presented, presentedToken } from "../../auth/presented.ts";
import { type ProblemName, problemResponse } from "../service/problem.ts";
import type { Service } from "../service/service.ts";
import { clearedCookie } from "./token-cookie.ts";

export type Authorized =
  | {
      readonly ok: true;
      readonly access: Access;
      /** The way the token came. A browser sends a cookie by itself. A playground has checked the request's origin before. */
      readonly by: "header" | "cookie" | "playground";
    }
  | { readonly ok: false; readonly response: Response };

type Fields = Readonly<Record<string, string>>;

/**
 * Verifies the request's token, before any other part of the request is checked. A request without a token is refused.
 * Source: Mercure, sections Presenting the Access Token and Error Responses.
 * @param line fields for the log lines about this request
 */
export async function authorize(
  service: Service,
  request: Request,
  role: Role,
  cors: Fields,
  line: object,
): Promise<Authorized> {
  const refused = (name: ProblemName, detail: string, error?: string) =>
    ({ ok: false, response: challenge(service, name, detail, cors, error) }) as const;
  const presented = presentedToken(request.headers, service.cookieName);
  // In a playground every client has full access, unless it presents one of the playground's own tokens: then it has that token's grants.
  if (service.playground && !isOfPlayground(presented, service)) {
    return { ok: true, access: fullAccess(PLAYGROUND_ISSUER, service.hub.url), by: "playground" };
  }
  switch (presented.kind) {
    case "malformed":
      return refused("malformed-token", presented.problem, "invalid_request");
    case "none":
      // [spec] The challenge has no error code if the request has no token.
      return refused("no-token", `a ${role} needs an access token here`);
    case "header":
    case "cookie": {
      const verified = await service.verifier?.verify(presented.token, role);
      if (verified?.ok) {
        const by = service.playground ? "playground" : presented.kind;
        return { ok: true, access: verified.access, by };
      }
      service.logger.info({ ...line, role, reason: verified?.reason ?? "no key" }, "token refused");
      return { ok: false, response: invalidToken(service, presented.kind, verified?.reason, cors) };
    }
  }
}

// [spec] The response has the same text for every reason. Only the operator's log has the reason.
function invalidToken(
  service: Service,
  by: "header" | "cookie",
  reason: TokenProblem | undefined,
  cors: Fields,
): Response {
  const refused = (detail: string, fields: Fields = cors) =>
    challenge(service, "invalid-token", detail, fields, "invalid_token");
  if (!service.playground) {
    return refused("the access token is not valid for this hub, or is not any more");
  }
  // The user may not know that the browser sends a cookie, so the detail names it.
  const where = by === "cookie" ? `cookie ${service.cookieName}` : "Authorization header";
  const detail = `the access token in the ${where} is not valid for this playground, or is not any more: its tokens end when it is stopped`;
  // The cookie is left over from an earlier playground. No script can remove it, so every request of the browser would be refused.
  const isLeftOver = by === "cookie" && reason === "signature";
  return refused(detail, isLeftOver ? { ...cors, "Set-Cookie": clearedCookie(service) } : cors);
}

function isOfPlayground(presented: Presented, { hub }: Service): boolean {
  const carries = presented.kind === "header" || presented.kind === "cookie";
  return carries && namesPlayground(presented.token, hub.url);
}

/** Whether the request has no token and needs none. */
export function isAnonymous(service: Service, request: Request): boolean {
  if (service.playground || !service.anonymous) return false;
  return presentedToken(request.headers, service.cookieName).kind === "none";
}

/** Answers a request whose token is valid but does not grant the requested action. */
export function insufficientScope(service: Service, detail: string, cors: Fields): Response {
  return challenge(service, "insufficient-scope", detail, cors, "insufficient_scope");
}

// [spec] Every refusal because of the token has the challenge. Source: RFC 6750, section 3; RFC 9728, section 5.1.
function challenge(
  { hub }: Service,
  name: ProblemName,
  detail: string,
  fields: Fields,
  error: string | undefined,
): Response {
  hub.meter.refused(name);
  const metadata = `resource_metadata="${hub.url.metadata}"`;
  const parameters = error === undefined ? metadata : `error="${error}", ${metadata}`;
  return problemResponse(name, detail, { "WWW-Authenticate": `Bearer ${parameters}`, ...fields });
}
