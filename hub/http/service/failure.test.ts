import { expect, test } from "vitest";
import { type ErrorCode, HubError } from "../../base/errors.ts";
import { ListLogger } from "../../testing/list-logger.ts";
import { testHub, testService } from "../../testing/test-hub.ts";
import { failure } from "./failure.ts";

const STATUSES: Readonly<Record<ErrorCode, number>> = {
  "log:unavailable": 503,
  "log:owned": 503,
  "log:busy": 503,
  "log:not-shared": 503,
};
const codes = Object.keys(STATUSES).filter((code): code is ErrorCode => code in STATUSES);

test.each(codes)("%s is answered with a problem and a Retry-After, and is logged", async (code) => {
  const logger = new ListLogger();
  const service = testService(testHub(), { logger });
  const error = new HubError(code, "for the operator", new Error("its cause"));
  const response = failure(service, error, { "Access-Control-Allow-Origin": "*" }, { publish: 1 });
  expect(response.status).toBe(STATUSES[code]);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.text()).not.toContain("for the operator");
  expect(logger.lines).toEqual([
    {
      message: "request failed",
      fields: { publish: 1, code, error: "HubError: for the operator" },
    },
  ]);
});

test("an error that is not the hub's is thrown again", () => {
  const service = testService(testHub());
  for (const error of [new Error("a bug"), "text", Object.assign(new Error("x"), { code: "E" })]) {
    expect(() => failure(service, error, {})).toThrow();
  }
});
