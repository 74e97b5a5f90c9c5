import { methodNotAllowed } from "../../hub/http/methods.ts";

const METHODS = "POST, OPTIONS";

/** What a route exports where pages of the hub's own post to, and none elsewhere: without a field of CORS. */
export function postHandlers(post: (request: Request) => Promise<Response>) {
  const other = (request: Request) => methodNotAllowed(request, METHODS);
  const options = () => new Response(null, { status: 204, headers: { Allow: METHODS } });
  return { POST: post, OPTIONS: options, GET: other, PUT: other, PATCH: other, DELETE: other };
}
