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
      /** A cookie is sent by the browser of its own accord; a playground has looked at the request's origin before. */
      readonly by: "header" | "cookie" | "playground";
    }
  | { readonly ok: false; readonly response: Response };

type Fields = Readonly<Record<string, string>>;

/**
 * Finds out what the request's token allows, before anything else of it is looked at; without a token, nothing.
 * Source: Mercure, sections Presenting the Access Token and Error Responses.
 * @param line what the log's lines about this request have
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
  // In a playground everybody has every right, but for those who show what somebody with one of its own tokens may do.
  if (service.playground && !isOfPlayground(presented, service)) {
    return { ok: true, access: fullAccess(PLAYGROUND_ISSUER, service.hub.url), by: "playground" };
  }
  switch (presented.kind) {
    case "malformed":
      return refused("malformed-token", presented.problem, "invalid_request");
    case "none":
      // [spec] No error code where there was no token.
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

// [spec] The same words whatever was wrong with it: the reason is the operator's to know.
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
  // Whoever sits at the browser may not know that it sends one.
  const where = by === "cookie" ? `cookie ${service.cookieName}` : "Authorization header";
  const detail = `the access token in the ${where} is not valid for this playground, or is not any more: its tokens end when it is stopped`;
  // Of a playground that was here before: no script could take it out of the browser, which would be refused for ever.
  const isLeftOver = by === "cookie" && reason === "signature";
  return refused(detail, isLeftOver ? { ...cors, "Set-Cookie": clearedCookie(service) } : cors);
}

function isOfPlayground(presented: Presented, { hub }: Service): boolean {
  const carries = presented.kind === "header" || presented.kind === "cookie";
  return carries && namesPlayground(presented.token, hub.url);
}

/** Whether the request has said nothing of who it is, and needn't. */
export function isAnonymous(service: Service, request: Request): boolean {
  if (service.playground || !service.anonymous) return false;
  return presentedToken(request.headers, service.cookieName).kind === "none";
}

/** The answer to a valid token that does not grant what was asked. */
export function insufficientScope(service: Service, detail: string, cors: Fields): Response {
  return challenge(service, "insufficient-scope", detail, cors, "insufficient_scope");
}

// [spec] Every refusal that concerns the token carries the challenge. Source: RFC 6750, section 3; RFC 9728, section 5.1.
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
