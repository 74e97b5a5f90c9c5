import { MAX_PAYLOAD_LENGTH, MAX_TOPICS_OF_DETAIL } from "../../protocol/limits.ts";
import { MATCHER_TYPES } from "../../protocol/matcher-types.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import type { Action, Grant } from "./access.ts";
import { DETAIL_TYPE } from "./access-token.mjs";

/** Of one token; each matcher of it may be asked for each private update. Its text is bounded by MAX_TOKEN_LENGTH. */
export const DETAIL_LIMITS = {
  details: 100,
  topicsOfDetail: MAX_TOPICS_OF_DETAIL,
  topics: 500,
  payloadLength: MAX_PAYLOAD_LENGTH,
} as const;

const ACTIONS: readonly Action[] = ["publish", "subscribe"];

export type ParsedGrants =
  | { readonly ok: true; readonly grants: readonly Grant[] }
  /** `problem` has nothing of the token but positions in it. */
  | { readonly ok: false; readonly problem: string };

/** Thrown and caught in this file alone: one defect anywhere, and the whole claim is refused. */
class Invalid extends Error {}

/**
 * Parses the claim `authorization_details`, all or nothing: part of a token would be another authorization than its issuer gave.
 * Source: Mercure, sections Authorization Details, Topic Matcher List and Payloads; RFC 9396, section 2.
 */
export function parseGrants(claim: unknown, hubUrl: HubUrl): ParsedGrants {
  if (claim === undefined) return { ok: true, grants: [] };
  try {
    return { ok: true, grants: parseDetails(claim, hubUrl) };
  } catch (error) {
    if (error instanceof Invalid) return { ok: false, problem: error.message };
    throw error;
  }
}

function parseDetails(claim: unknown, hubUrl: HubUrl): Grant[] {
  if (!Array.isArray(claim)) throw new Invalid("is no array");
  const details: unknown[] = claim;
  const mercure = details.flatMap((detail, index) => {
    if (!isObject(detail)) throw new Invalid(`[${index}] is no object`);
    // [spec] RFC 9396: each has a type. Without one there is no saying whether it is for us.
    if (typeof detail.type !== "string") throw new Invalid(`[${index}] has no type`);
    return detail.type === DETAIL_TYPE ? [{ detail, index }] : [];
  });
  if (mercure.length > DETAIL_LIMITS.details) {
    throw new Invalid(`has ${mercure.length} details, but may have ${DETAIL_LIMITS.details}`);
  }
  const topics = mercure.reduce(
    (sum, { detail }) => sum + (Array.isArray(detail.topics) ? detail.topics.length : 0),
    0,
  );
  if (topics > DETAIL_LIMITS.topics) {
    throw new Invalid(`has ${topics} topics in all, but may have ${DETAIL_LIMITS.topics}`);
  }
  return mercure
    .map(({ detail, index }) => parseDetail(detail, `[${index}]`, hubUrl))
    .filter(({ actions }) => actions.size > 0);
}

function parseDetail(detail: Record<string, unknown>, where: string, hubUrl: HubUrl): Grant {
  const actions = parseActions(detail.actions, `${where}.actions`);
  const topics = parseTopics(detail.topics, `${where}.topics`, hubUrl);
  const { payload } = detail;
  if (payload === undefined) return { actions, topics };
  if (!isObject(payload)) throw new Invalid(`${where}.payload is no object`);
  const length = jsonLength(payload);
  if (length > DETAIL_LIMITS.payloadLength) {
    throw new Invalid(`${where}.payload may have ${DETAIL_LIMITS.payloadLength} characters`);
  }
  return { actions, topics, payload };
}

function parseActions(raw: unknown, where: string): ReadonlySet<Action> {
  const actions = nonEmpty(raw, where);
  if (!actions.every((action) => typeof action === "string")) {
    throw new Invalid(`${where} has an entry that is no string`);
  }
  // [spec] Actions of later specifications MUST be ignored.
  return new Set(ACTIONS.filter((action) => actions.includes(action)));
}

function parseTopics(raw: unknown, where: string, hubUrl: HubUrl): Matcher[] {
  const topics = nonEmpty(raw, where);
  if (topics.length > DETAIL_LIMITS.topicsOfDetail) {
    const limit = DETAIL_LIMITS.topicsOfDetail;
    throw new Invalid(`${where} has ${topics.length} entries, but may have ${limit}`);
  }
  return topics.map((topic, index) => parseTopic(topic, `${where}[${index}]`, hubUrl));
}

function parseTopic(raw: unknown, where: string, hubUrl: HubUrl): Matcher {
  if (!isObject(raw)) throw new Invalid(`${where} is no object`);
  const { match, match_type: given = "exact" } = raw;
  if (typeof match !== "string") throw new Invalid(`${where}.match is no string`);
  // [spec] One that the hub does not know MUST have the token refused; beside `*` too, where it would grant the most.
  const type = MATCHER_TYPES.find((known) => known === given);
  if (!type) throw new Invalid(`${where}.match_type is not one of ${MATCHER_TYPES.join(", ")}`);
  const parsed = parseMatcher(type, match, hubUrl);
  if (!parsed.ok) throw new Invalid(`${where}.match ${parsed.problem}`);
  return parsed.matcher;
}

function nonEmpty(raw: unknown, where: string): unknown[] {
  if (!Array.isArray(raw) || raw.length === 0)
    throw new Invalid(`${where} is no array with entries`);
  return raw;
}

/** Infinite for what is nested so deep that it can't be written. */
function jsonLength(value: object): number {
  try {
    return JSON.stringify(value).length;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
