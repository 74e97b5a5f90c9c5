/** The header field for the request target exactly as the client wrote it. Our server sets it and replaces any value the client sent. */
export const TARGET_HEADER = "x-runnel-target";

/**
 * Returns the request's query exactly as the client wrote it, without its `?`. In `request.url`, Next has replaced bytes that are not UTF-8.
 * Without TARGET_HEADER (on Vercel), it returns the query of `request.url`.
 */
export function queryOf({ headers, url }: Pick<Request, "headers" | "url">): string {
  const target = headers.get(TARGET_HEADER);
  if (target === null) return new URL(url).search.slice(1);
  return /^[^?#]*\?([^#]*)/.exec(target)?.[1] ?? "";
}
