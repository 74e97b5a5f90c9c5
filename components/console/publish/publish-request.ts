import { batchLine, formBody, numbered, type UpdateFields } from "./draft.ts";

/** The hub to publish to, and the token to use. */
export interface Publisher {
  /** The hub's address, such as `/.well-known/mercure`. */
  readonly path: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** Milliseconds on a monotonic clock. */
  readonly elapsed: () => number;
}

/** The hub's answer. */
export type Answer =
  | { readonly ok: true; readonly ids: readonly string[]; readonly ms: number }
  | {
      readonly ok: false;
      /** undefined: there was no answer. */
      readonly status: number | undefined;
      readonly title: string;
      readonly detail: string;
      readonly ms: number;
    };

/** Publishes one update. Source: Mercure, section Publication. */
export function publishOne(publisher: Publisher, fields: UpdateFields): Promise<Answer> {
  return send(publisher, { body: formBody(fields) });
}

/** The most updates of a batch, so that progress is visible and the hub's limits are kept. */
const BATCH = 1_000;
const BATCH_CHARACTERS = 500_000;

export interface Progress {
  readonly published: number;
  readonly ms: number;
}

/**
 * Publishes many updates, in batches one after the other, until one is refused or the signal aborts. `onProgress` gets the number published
 * so far.
 */
export async function publishBurst(
  publisher: Publisher,
  { fields, count, signal }: { fields: UpdateFields; count: number; signal: AbortSignal },
  onProgress: (progress: Progress) => void,
): Promise<Answer> {
  const from = publisher.elapsed();
  const line = batchLine(fields);
  const size = Math.max(1, Math.min(BATCH, Math.floor(BATCH_CHARACTERS / line.length)));
  const ids: string[] = [];
  for (let first = 1; first <= count && !signal.aborted; first += size) {
    const last = Math.min(count, first + size - 1);
    const lines = Array.from({ length: last - first + 1 }, (_, index) =>
      numbered(line, first + index),
    );
    const answer = await send(publisher, {
      body: lines.join("\n"),
      headers: { "Content-Type": "application/x-ndjson" },
      signal,
    });
    const ms = publisher.elapsed() - from;
    if (!answer.ok) return { ...answer, ms };
    ids.push(...answer.ids);
    onProgress({ published: last, ms });
  }
  return { ok: true, ids, ms: publisher.elapsed() - from };
}

interface Sent {
  readonly body: URLSearchParams | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function send({ path, token, fetch, elapsed }: Publisher, sent: Sent): Promise<Answer> {
  const from = elapsed();
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    const response = await fetch(path, {
      method: "POST",
      // Cookies are not sent: the console only does what its token grants.
      credentials: "omit",
      ...sent,
      headers: { ...sent.headers, ...authorization },
    });
    const text = await response.text();
    const ms = elapsed() - from;
    if (response.ok) return { ok: true, ids: text.trimEnd().split("\n"), ms };
    return { ok: false, status: response.status, ...problemOf(text, response.statusText), ms };
  } catch (error) {
    const stopped = sent.signal?.aborted === true;
    const why = error instanceof Error ? error.message : "unknown";
    return {
      ok: false,
      status: undefined,
      title: stopped ? "Stopped" : "No answer",
      detail: `${stopped ? "" : `The hub cannot be reached: ${why}. `}What was under way may be published.`,
      ms: elapsed() - from,
    };
  }
}

/** Parses a problem document. Source: RFC 9457. */
export function problemOf(text: string, otherwise: string): { title: string; detail: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // Not sent by the hub, but by a proxy, for example.
  }
  const { title, detail } = { title: undefined, detail: undefined, ...objectOf(document) };
  return {
    title: typeof title === "string" ? title : otherwise || "Refused",
    detail: typeof detail === "string" ? detail : text.slice(0, 200),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
