import type { ErrorCode } from "../../base/errors.ts";
import { type ProblemName, problemResponse } from "./problem.ts";
import type { Service } from "./service.ts";

const PROBLEM_OF: Readonly<Record<ErrorCode, readonly [name: ProblemName, detail: string]>> = {
  "log:unavailable": [
    "log-unavailable",
    "nothing can be kept or read now, and nothing was published; try again: with an Idempotency-Key nothing is published twice",
  ],
  "log:busy": [
    "log-unavailable",
    "more is being published than can be kept, and nothing of this was published; try again",
  ],
  "log:owned": ["log-unavailable", "another process has taken the history over"],
  "log:not-shared": [
    "log-not-shared",
    "this deployment has no log that all its instances share, so it serves the clock alone",
  ],
};

/** Answers a request that failed inside the hub. @throws the error itself, if it is no HubError */
export function failure(
  service: Service,
  error: unknown,
  headers: Readonly<Record<string, string>>,
  fields: object = {},
): Response {
  // `instanceof HubError` fails across Next's bundles, so the code is compared.
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const found =
    typeof code === "string" ? Object.entries(PROBLEM_OF).find(([key]) => key === code) : undefined;
  if (!found) throw error;
  const [name, detail] = found[1];
  service.hub.meter.refused(name);
  service.logger.warn({ ...fields, code, error: String(error) }, "request failed");
  return problemResponse(name, detail, { "Retry-After": "1", ...headers });
}
