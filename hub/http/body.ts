/** Reads a request's body, but no more than `maxBytes` of it; undefined: it has more. */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer | undefined> {
  // What is declared too large is not read at all.
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  if (!request.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
