import { methodNotAllowed } from "../../hub/http/methods.ts";

const METHODS = "POST, OPTIONS";

/** Makes the exports of a route that the hub's own pages post to. It sends no CORS fields, so other origins cannot use it. */
export function postHandlers(post: (request: Request) => Promise<Response>) {
  const other = (request: Request) => methodNotAllowed(request, METHODS);
  const options = () => new Response(null, { status: 204, headers: { Allow: METHODS } });
  return { POST: post, OPTIONS: options, GET: other, PUT: other, PATCH: other, DELETE: other };
}
