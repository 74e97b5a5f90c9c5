import { MAX_TOPIC_LENGTH } from "../../protocol/limits.ts";

declare const topic: unique symbol;

/** The name that an update is published to, and that clients subscribe to. Only `parseTopic` makes one. */
export type Topic = string & { readonly [topic]: true };

/** The protocol's forbidden characters: C0, DEL, C1 and Unicode's format characters. Source: Mercure, section Terminology. */
const FORBIDDEN = /[\p{Cc}\p{Cf}]/u;

/** Returns what is wrong with a topic, matcher, event id or type; undefined: nothing. */
export function characterProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return "is not valid UTF-8";
  const found = FORBIDDEN.exec(text);
  if (!found) return undefined;
  const code = found[0].codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return `has ${name}: control and format characters are not allowed`;
}

export type ParsedTopic =
  | { readonly ok: true; readonly topic: Topic }
  | { readonly ok: false; readonly reason: "invalid" | "too long"; readonly problem: string };

/**
 * Parses a topic. Does not check the hub's own namespace; see `HubUrl.reserves`.
 * Source: Mercure, sections Terminology and Publication.
 */
export function parseTopic(raw: string): ParsedTopic {
  const invalid = (problem: string) => ({ ok: false, reason: "invalid", problem }) as const;
  if (raw === "") return invalid("is empty");
  if (raw === "*") return invalid("is `*`, which is reserved for the matcher of every topic");
  if (raw.length > MAX_TOPIC_LENGTH) {
    const problem = `has ${raw.length} characters, but may have ${MAX_TOPIC_LENGTH}`;
    return { ok: false, reason: "too long", problem };
  }
  const problem = characterProblem(raw);
  return problem ? invalid(problem) : { ok: true, topic: raw as Topic };
}
