import { fullAccess } from "../auth/full-access.ts";
import { presentedToken } from "../auth/presented.ts";
import type { Access, Role } from "../auth/types.ts";
import { type ProblemName, problemResponse } from "./problem.ts";
import type { Service } from "./service.ts";

export type Authorized =
  | {
      readonly ok: true;
      readonly access: Access;
      /** A cookie is sent by the browser of its own accord. */
      readonly by: "header" | "cookie" | "playground";
    }
  | { readonly ok: false; readonly response: Response };

type CorsHeaders = Readonly<Record<string, string>>;

/**
 * Finds out what the request's token allows, before anything else of it is looked at; without a token, nothing.
 * Source: Mercure, sections Presenting the Access Token and Error Responses.
 * @param line what the log's lines about this request have
 */
export async function authorize(
  service: Service,
  request: Request,
  role: Role,
  cors: CorsHeaders,
  line: object,
): Promise<Authorized> {
  // In a playground everybody has every right.
  if (service.playground) {
    return {
      ok: true,
      access: fullAccess("urn:runnel:playground", service.hub.url),
      by: "playground",
    };
  }
  const refused = (name: ProblemName, detail: string, error?: string) =>
    ({ ok: false, response: challenge(service, name, detail, cors, error) }) as const;
  const presented = presentedToken(request.headers, service.cookieName);
  switch (presented.kind) {
    case "malformed":
      return refused("malformed-token", presented.problem, "invalid_request");
    case "none":
      // [spec] No error code where there was no token.
      return refused("no-token", `a ${role} needs an access token here`);
    case "header":
    case "cookie": {
      const verified = await service.verifier?.verify(presented.token, role);
      if (verified?.ok) return { ok: true, access: verified.access, by: presented.kind };
      service.logger.info({ ...line, role, reason: verified?.reason ?? "no key" }, "token refused");
      // [spec] The same words whatever was wrong with it: the reason is the operator's to know.
      const detail = "the access token is not valid for this hub, or is not any more";
      return refused("invalid-token", detail, "invalid_token");
    }
  }
}

/** Whether the request has said nothing of who it is, and needn't. */
export function isAnonymous(service: Service, request: Request): boolean {
  if (service.playground || !service.anonymous) return false;
  return presentedToken(request.headers, service.cookieName).kind === "none";
}

/** The answer to a valid token that does not grant what was asked. */
export function insufficientScope(service: Service, detail: string, cors: CorsHeaders): Response {
  return challenge(service, "insufficient-scope", detail, cors, "insufficient_scope");
}

// [spec] Every refusal that concerns the token carries the challenge. Source: RFC 6750, section 3; RFC 9728, section 5.1.
function challenge(
  { hub }: Service,
  name: ProblemName,
  detail: string,
  cors: CorsHeaders,
  error: string | undefined,
): Response {
  hub.meter.refused(name);
  const metadata = `resource_metadata="${hub.url.metadata}"`;
  const parameters = error === undefined ? metadata : `error="${error}", ${metadata}`;
  return problemResponse(name, detail, { "WWW-Authenticate": `Bearer ${parameters}`, ...cors });
}
