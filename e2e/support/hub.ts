import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { expect } from "@playwright/test";
import { ALONE, type Runnel } from "./runnel.ts";

/** The address that the protocol gives the hub. */
export const HUB = "/.well-known/mercure";

/** The fields of an update, as in a form or in a line of a batch. */
export interface Fields {
  readonly topic: string;
  readonly data?: string;
  readonly id?: string;
  readonly type?: string;
  readonly private?: string;
}

/** Publishes one update, and resolves with the answer, whatever its status. */
export function post(
  runnel: Pick<Runnel, "url">,
  fields: Fields,
  { path = HUB, headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const body = new URLSearchParams({ ...fields });
  return fetch(`${runnel.url}${path}`, {
    method: "POST",
    body,
    headers: { ...ALONE, ...headers },
  });
}

/** Publishes one update, and resolves with its id. */
export async function publish(runnel: Pick<Runnel, "url">, fields: Fields): Promise<string> {
  const response = await post(runnel, fields);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text;
}

/** Publishes several updates in one request, and resolves with their ids. */
export async function publishAll(
  runnel: Pick<Runnel, "url">,
  updates: readonly Fields[],
): Promise<string[]> {
  const response = await fetch(`${runnel.url}${HUB}`, {
    method: "POST",
    headers: { ...ALONE, "Content-Type": "application/x-ndjson" },
    body: updates.map((update) => JSON.stringify(update)).join("\n"),
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text.trimEnd().split("\n");
}

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** A stream with a strict reader: bytes that are not in the form that the hub writes fail the test. */
export interface Listener {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly Received[];
  /** The data of each event. */
  data(): string[];
  /** The value that an EventSource would send as Last-Event-ID. */
  readonly lastEventId: string;
  /** The number of heartbeats that came as comments. */
  readonly comments: number;
  readonly end: "open" | "clean" | "cut";
  leave(): void;
  pause(): void;
  resume(): void;
}

export interface Listening {
  /** The address below the server's. `?match=…` alone stands for a query at the protocol's address. */
  readonly at: string;
  /** The request target, if it differs from the path and query of `at`. */
  readonly path?: string;
  readonly headers?: Record<string, string>;
  /** Reads no byte before `resume` is called. */
  readonly paused?: boolean;
  /** Keeps only `short` of each event's data, for events that are very many or very long. */
  readonly shortened?: boolean;
}

/** Returns the beginning and the length of a long text. */
export const short = (text: string): string => `${text.slice(0, 8)}… ${text.length}`;

/** Opens a stream, and resolves with its head. */
export function listen(
  runnel: Pick<Runnel, "url">,
  { at, path, headers = {}, paused = false, shortened = false }: Listening,
): Promise<Listener> {
  const url = `${runnel.url}${at.startsWith("?") ? HUB : ""}${at}`;
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      { headers, agent: false, ...(path === undefined ? {} : { path }) },
      (response) => {
        const keep = shortened ? short : (data: string) => data;
        resolve(listener(response, () => request.destroy(), keep));
        if (paused) response.pause();
      },
    );
    request.on("error", reject);
  });
}

function listener(
  response: IncomingMessage,
  leave: () => void,
  keep: (data: string) => string,
): Listener {
  const events: Received[] = [];
  let parts: string[] = [];
  const state = { lastEventId: "", comments: 0, end: "open" as Listener["end"] };
  const take = (block: string) => {
    if (block === ":") {
      state.comments += 1;
      return;
    }
    const data: string[] = [];
    let type = "message";
    for (const line of block.split("\n")) {
      const [, name, value = ""] = /^(id|event|data|retry|):(?: (?= ))?(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no line of a stream: ${JSON.stringify(line)}`);
      if (name === "id") state.lastEventId = value;
      else if (name === "event") type = value;
      else if (name === "data") data.push(value);
    }
    if (data.length > 0) events.push({ id: state.lastEventId, type, data: keep(data.join("\n")) });
  };
  response.setEncoding("utf8");
  response.on("data", (text: string) => {
    parts.push(text);
    if (!text.includes("\n\n") && !text.startsWith("\n")) return;
    const blocks = parts.join("").split("\n\n");
    parts = [blocks.pop() ?? ""];
    if (response.statusCode === 200) for (const block of blocks) take(block);
  });
  response.on("end", () => {
    state.end = "clean";
  });
  response.on("error", () => {
    state.end = "cut";
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    data: () => events.map(({ data }) => data),
    get lastEventId() {
      return state.lastEventId;
    },
    get comments() {
      return state.comments;
    },
    get end() {
      return state.end;
    },
    leave,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
  };
}

/** Returns a query with matchers of one type, such as `?match=a&match=b`. */
export function query(type: "match" | "match_urlpattern", ...values: readonly string[]): string {
  return `?${values.map((value) => `${type}=${encodeURIComponent(value)}`).join("&")}`;
}

/** Returns the texts `${prefix}0`, `${prefix}1`, … */
export function numbered(prefix: string, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${from + index}`);
}
