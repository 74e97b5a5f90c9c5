import type { Timers } from "../base/timers.ts";

const MAX_BYTES = 256 * 1024;

/**
 * Fetches a JSON document from a URL of the configuration. It follows no redirect: a response could then make the hub send requests
 * inside a private network.
 * @throws Error if the document is not complete in time, is not JSON, or is larger than 256 KiB
 */
export async function fetchJson(url: string, timeoutMs: number, timers: Timers): Promise<unknown> {
  const abort = new AbortController();
  const stop = timers.after(timeoutMs, () => abort.abort(new Error("took too long")));
  try {
    const response = await fetch(url, {
      redirect: "error",
      // Next caches the results of `fetch`. A cached key must not outlive its set.
      cache: "no-store",
      credentials: "omit",
      headers: { Accept: "application/jwk-set+json, application/json" },
      signal: abort.signal,
    });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw new Error(`answered with status ${response.status}`);
    }
    return JSON.parse(await readText(response.body));
  } finally {
    stop();
  }
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels the body and closes the connection.
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`has more than ${MAX_BYTES} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
