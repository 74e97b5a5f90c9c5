/** What a problem document says. Source: RFC 9457, section 3.1. */
export interface Problem {
  /** The HTTP status code, 400 to 599. */
  readonly status: number;
  /** What kind of problem it is, the same words each time. */
  readonly title: string;
  /** What was wrong this time, and what would be right. */
  readonly detail: string;
}

/** A problem document as the response to a request that went wrong. */
export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      "Access-Control-Allow-Origin": "*",
      ...headers,
    },
  });
}
