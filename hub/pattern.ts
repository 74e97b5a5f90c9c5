import type { HubUrl } from "./hub-url.ts";

export interface Pattern {
  matches(topic: string): boolean;
  readonly mayMatchReserved: boolean;
}

export function compilePattern(
  _source: string,
  _hubUrl: HubUrl,
): { ok: true; pattern: Pattern } | { ok: false; problem: string } {
  return { ok: false, problem: "is not supported yet" };
}
