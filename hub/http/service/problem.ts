/**
 * All problems of requests, each with its status and its title.
 * The name is part of the document's `type`, so it MUST never change. Source: RFC 9457, section 3.1.
 */
const PROBLEMS = {
  "bad-parameter": [400, "Bad query parameter"],
  "bad-matcher": [400, "Bad topic matcher"],
  "bad-update": [400, "Bad update"],
  "bad-body": [400, "Bad request body"],
  "bad-idempotency-key": [400, "Bad Idempotency-Key"],
  "bad-target": [400, "Bad request target"],
  "malformed-token": [400, "Access token presented in a malformed way"],
  "no-token": [401, "Access token needed"],
  "invalid-token": [401, "Invalid access token"],
  "insufficient-scope": [403, "Not granted by the access token"],
  "wrong-origin": [403, "Request from a page of another origin"],
  "wrong-host": [403, "Request for another host"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "Method not allowed"],
  "body-timeout": [408, "Request body took too long"],
  "too-large": [413, "Content too large"],
  "wrong-media-type": [415, "Unsupported media type"],
  "idempotency-conflict": [422, "Idempotency-Key was used for another request"],
  "too-many-of-client": [429, "Too many streams of one client"],
  "too-many-patterns-of-client": [429, "Too many patterns of one client"],
  "head-too-large": [431, "Request head too large"],
  "too-many-patterns": [503, "Too many patterns"],
  "too-many-bodies": [503, "Too many request bodies at once"],
  "too-many-streams": [503, "Too many streams"],
  "log-unavailable": [503, "The log takes nothing now"],
  "log-not-shared": [503, "No shared log"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemName = keyof typeof PROBLEMS;

/**
 * Returns a response with a problem document, for a request that failed.
 * @param detail the fault in this request and its remedy; never a token or an update's data
 */
export function problemResponse(
  name: ProblemName,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [status, title] = PROBLEMS[name];
  const document = { type: `urn:runnel:problem:${name}`, status, title, detail };
  return new Response(`${JSON.stringify(document)}\n`, {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}
