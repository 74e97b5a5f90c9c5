import { setImmediate as nextTurn } from "node:timers/promises";
import type { HubUrl } from "../../base/hub-url.ts";
import type { Timers } from "../../base/timers.ts";
import { Slice } from "../../base/turns.ts";
import { parseUpdate, type Update, type UpdateFields } from "../../topics/update.ts";
import { decodeUtf8, parseForm } from "./form.ts";

export type ParsedUpdates =
  | { readonly ok: true; readonly updates: readonly Update[] }
  | { readonly ok: false; readonly reason: "invalid" | "too large"; readonly problem: string };

const invalid = (problem: string) => ({ ok: false, reason: "invalid", problem }) as const;

/** Parses one update from application/x-www-form-urlencoded. Source: Mercure, section Publication. */
export function parseFormUpdate(body: Buffer, hubUrl: HubUrl): ParsedUpdates {
  const text = decodeUtf8(body);
  if (text === undefined) return invalid("the body is not valid UTF-8");
  const form = parseForm(text);
  if (!form.ok) return form;
  // [spec] Unknown fields are ignored.
  const first = (name: string) => form.pairs.find(([given]) => given === name)?.[1];
  const parsed = parseUpdate(
    {
      topics: form.pairs.filter(([name]) => name === "topic").map(([, value]) => value),
      data: first("data"),
      // [spec] The update is private if the field is present, with any value.
      private: first("private") !== undefined,
      id: first("id"),
      type: first("type"),
      retry: first("retry"),
    },
    hubUrl,
  );
  return parsed.ok ? { ok: true, updates: [parsed.update] } : parsed;
}

export interface BatchLimits {
  /** The limit of one line, in bytes. */
  readonly maxUpdateBytes: number;
  readonly maxUpdates: number;
}

const LINE_FEED = 0x0a;

/**
 * Parses a batch of updates from application/x-ndjson. Each line is a JSON object with the form's fields: `topic` is a string or an array
 * of strings, `private` is true or false. `data` is a string, or any other JSON value, which is sent as JSON. Empty lines are skipped.
 * `problem` names the line, counted from 1. A large batch is parsed in several turns of the event loop.
 */
export async function parseBatch(
  body: Buffer,
  hubUrl: HubUrl,
  limits: BatchLimits,
  timers: Timers,
): Promise<ParsedUpdates> {
  const updates: Update[] = [];
  let line = 0;
  let slice = new Slice(timers);
  for (let start = 0; start < body.length; ) {
    const lineFeed = body.indexOf(LINE_FEED, start);
    const end = lineFeed < 0 ? body.length : lineFeed;
    const bytes = body.subarray(start, end);
    start = end + 1;
    line += 1;
    const at = (problem: string) => `line ${line}: ${problem}`;
    const tooLarge = (problem: string) =>
      ({ ok: false, reason: "too large", problem: at(problem) }) as const;
    if (bytes.length > limits.maxUpdateBytes) {
      return tooLarge(`${bytes.length} bytes, but an update may have ${limits.maxUpdateBytes}`);
    }
    const text = decodeUtf8(bytes);
    if (text === undefined) return invalid(at("is not valid UTF-8"));
    if (text.trim() === "") continue;
    if (updates.length === limits.maxUpdates) {
      return tooLarge(`a batch may have ${limits.maxUpdates} updates`);
    }
    const fields = parseLine(text);
    if (!fields.ok) return invalid(at(fields.problem));
    const parsed = parseUpdate(fields.fields, hubUrl);
    if (!parsed.ok) return { ...parsed, problem: at(parsed.problem) };
    updates.push(parsed.update);
    if (slice.isOver) {
      await nextTurn();
      slice = new Slice(timers);
    }
  }
  return updates.length > 0 ? { ok: true, updates } : invalid("the batch has no update");
}

type ParsedLine =
  | { readonly ok: true; readonly fields: UpdateFields }
  | { readonly ok: false; readonly problem: string };

function parseLine(text: string): ParsedLine {
  const wrong = (problem: string) => ({ ok: false, problem }) as const;
  const value = parseJson(text);
  if (value === undefined) return wrong("is not JSON");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return wrong("is not a JSON object");
  }
  const {
    topic,
    data,
    private: isPrivate,
    id,
    type,
    retry,
  }: Record<string, unknown> = { ...value };
  const topics = Array.isArray(topic) ? topic : topic === undefined ? [] : [topic];
  if (!topics.every((each) => typeof each === "string")) {
    return wrong("topic is neither a text nor a list of texts");
  }
  if (isPrivate !== undefined && typeof isPrivate !== "boolean") {
    return wrong("private is neither true nor false");
  }
  if (id !== undefined && typeof id !== "string") return wrong("id is not a text");
  if (type !== undefined && typeof type !== "string") return wrong("type is not a text");
  if (retry !== undefined && typeof retry !== "string" && typeof retry !== "number") {
    return wrong("retry is not a number of milliseconds");
  }
  const written = data === undefined || typeof data === "string" ? data : writeJson(data);
  // The data was parsed, but cannot be serialised again.
  if (written === undefined && data !== undefined) return wrong("is nested too deep");
  return {
    ok: true,
    fields: {
      topics,
      data: written,
      private: isPrivate ?? false,
      id,
      type,
      retry: retry === undefined ? undefined : String(retry),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Serialises the value as JSON; undefined: it is nested too deep. */
function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
