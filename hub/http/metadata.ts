import { MATCHER_TYPES } from "../../protocol/matcher-types.ts";
import { PUBLIC } from "./request/origin.ts";
import { problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

/** GET: describes how a client gets a token for this hub. Source: RFC 9728; Mercure, section Protected Resource Metadata. */
export function metadata(service: Service, request: Request): Response {
  const here = new URL(request.url).pathname;
  if (here !== new URL(service.hub.url.metadata).pathname) {
    const detail = `the hub's metadata is at ${service.hub.url.metadata}`;
    return problemResponse("not-found", detail, PUBLIC);
  }
  const { authorizationServers, cookieName, hub } = service;
  const document = {
    resource: hub.url.href,
    ...(authorizationServers.length > 0 ? { authorization_servers: authorizationServers } : {}),
    authorization_details_types_supported: ["https://mercure.rocks/authorization-detail"],
    bearer_methods_supported: ["header"],
    mercure_cookie: cookieName,
    mercure_matcher_types_supported: MATCHER_TYPES,
    mercure_subscriptions: true,
  };
  return Response.json(document, {
    headers: { "Cache-Control": "max-age=300", ...PUBLIC },
  });
}
