import type { ReportedGrant, TokenReport, Verdict } from "../../../hub/http/inspect.ts";

/** Parses the hub's report on a token; undefined: it is not one. */
export function asReport(value: unknown): TokenReport | undefined {
  return isReport(value) ? value : undefined;
}

function isReport(value: unknown): value is TokenReport {
  return (
    isObject(value) &&
    isObject(value.header) &&
    isObject(value.claims) &&
    (value.expiresAt === null || typeof value.expiresAt === "number") &&
    isVerdict(value.publisher) &&
    isVerdict(value.subscriber)
  );
}

function isVerdict(value: unknown): value is Verdict {
  if (!isObject(value)) return false;
  const { ok, grants, reason, explanation } = value;
  if (ok === false) return typeof reason === "string" && typeof explanation === "string";
  return (
    ok === true &&
    Array.isArray(grants) &&
    grants.every(isGrant) &&
    (explanation === undefined || typeof explanation === "string")
  );
}

function isGrant(value: unknown): value is ReportedGrant {
  return (
    isObject(value) &&
    Array.isArray(value.actions) &&
    Array.isArray(value.topics) &&
    value.topics.every(
      (topic: unknown) =>
        isObject(topic) && typeof topic.match === "string" && typeof topic.match_type === "string",
    ) &&
    (value.payload === undefined || isObject(value.payload))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
