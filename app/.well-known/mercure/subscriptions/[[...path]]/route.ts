import * as methods from "../../../../../hub/http/methods.ts";
import { subscriptions } from "../../../../../hub/http/subscription-api.ts";
import { runtime } from "../../../../../server/runtime.ts";

const METHODS = "GET, OPTIONS";
const HERE = "/.well-known/mercure/subscriptions";

/**
 * The subscription API. It matches the address as it was sent, percent-encoded once. So the path is cut from the URL, and not taken from
 * Next.
 */
export const GET = (request: Request) =>
  subscriptions(runtime().service, request, new URL(request.url).pathname.slice(HERE.length));
export const OPTIONS = (request: Request) => methods.preflight(runtime().service, request, METHODS);
export const POST = (request: Request) => methods.methodNotAllowed(request, METHODS);
export const PUT = POST;
export const PATCH = POST;
export const DELETE = POST;
