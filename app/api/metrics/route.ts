import { timingSafeEqual } from "node:crypto";
import { playgroundProblem } from "../../../hub/http/request/origin.ts";
import { problemResponse } from "../../../hub/http/service/problem.ts";
import { runtime } from "../../../server/runtime.ts";

/**
 * Answers with Prometheus text if the client sends METRICS_TOKEN, or if it is on this machine and the hub is a playground. Other clients
 * get 404.
 */
export async function GET(request: Request): Promise<Response> {
  const { metrics, service, config } = runtime();
  const open = service.playground && playgroundProblem(request) === undefined;
  if (!open && !hasToken(request, config.METRICS_TOKEN)) {
    return problemResponse("not-found", "no such address");
  }
  return new Response(await metrics.text(), {
    headers: { "Content-Type": metrics.contentType, "Cache-Control": "no-store" },
  });
}

function hasToken({ headers }: Request, token: string | undefined): boolean {
  if (token === undefined) return false;
  const given = Buffer.from(headers.get("authorization") ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
