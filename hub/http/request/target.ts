/** The field in which our server notes the request target as the client wrote it, over any that the client may have sent. */
export const TARGET_HEADER = "x-runnel-target";

/**
 * Returns the request's query as the client wrote it, without its `?`. In `request.url` Next has replaced what is not UTF-8.
 * Where nobody has noted the target (on Vercel), it is the query of `request.url`.
 */
export function queryOf({ headers, url }: Pick<Request, "headers" | "url">): string {
  const target = headers.get(TARGET_HEADER);
  if (target === null) return new URL(url).search.slice(1);
  return /^[^?#]*\?([^#]*)/.exec(target)?.[1] ?? "";
}
