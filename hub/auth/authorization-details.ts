import { MAX_PAYLOAD_LENGTH, MAX_TOPICS_OF_DETAIL } from "../../protocol/limits.ts";
import { MATCHER_TYPES } from "../../protocol/matcher-types.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import type { Action, Grant } from "./access.ts";
import { DETAIL_TYPE } from "./access-token.mjs";

/** The limits of one token. Each private update may be compared with each of its matchers. MAX_TOKEN_LENGTH limits the token's text. */
export const DETAIL_LIMITS = {
  details: 100,
  topicsOfDetail: MAX_TOPICS_OF_DETAIL,
  topics: 500,
  payloadLength: MAX_PAYLOAD_LENGTH,
} as const;

const ACTIONS: readonly Action[] = ["publish", "subscribe"];

export type ParsedGrants =
  | { readonly ok: true; readonly grants: readonly Grant[] }
  /** `problem` contains nothing of the token but positions in it. */
  | { readonly ok: false; readonly problem: string };

/** A defect in the claim. One defect refuses the whole claim. It is thrown and caught in this file only. */
class Invalid extends Error {}

/**
 * Parses the claim `authorization_details`, either all of it or nothing: the issuer did not authorize a part of it.
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
    // [spec] RFC 9396: each detail has a type. Without a type it is unknown whether the detail is for this hub.
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
  // [spec] A token with an unknown match_type MUST be refused. This includes a match of `*`, which would grant the most.
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

/** Returns the length of the value as JSON; infinite if it is nested too deep to be serialised. */
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
