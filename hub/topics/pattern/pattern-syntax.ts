import { URLPattern } from "urlpattern-polyfill/urlpattern";
import type { HubUrl } from "../../base/hub-url.ts";
import { type CompiledComponent, compileComponent } from "./pattern-component.ts";

/** The components in the order of the standard, which the polyfill follows. */
export const COMPONENTS = [
  "protocol",
  "username",
  "password",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

/** The largest automaton of a protocol, in instructions. It is compiled up to three times. */
const MAX_PROTOCOL_SIZE = 100;

export type ParsedPattern =
  /** `expressions` has the order of `COMPONENTS`. */
  | { readonly ok: true; readonly expressions: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * Returns the standard's regular expression for each component. The polyfill makes them, and they are recorded without running them.
 * MUST NOT use the runtime's own URLPattern: its engine backtracks.
 */
export function parsePattern(source: string, hubUrl: HubUrl): ParsedPattern {
  const expressions: string[] = [];
  let problem: string | undefined;
  const native = RegExp;
  class Recorder {
    readonly #expression: string;
    #compiled: CompiledComponent | undefined;
    constructor(expression: string) {
      // The native parser checks that the expression is well-formed. It is never used to match.
      new native(expression, "u");
      expressions.push(expression);
      this.#expression = expression;
    }
    /** Called only for the protocol: the path's syntax depends on whether it may be a special scheme. */
    test(scheme: string): boolean {
      return withRegExp(native, () => {
        this.#compiled ??= compileComponent(this.#expression, MAX_PROTOCOL_SIZE);
        if (this.#compiled.ok) return this.#compiled.component.matches(scheme);
        problem ??= `${this.#compiled.problem} (in its protocol)`;
        return false;
      });
    }
  }
  try {
    withRegExp(Recorder, () => construct(source, hubUrl, () => expressions.length > 0));
  } catch (cause) {
    problem ??= `is not a URL pattern: ${reason(cause)}`;
  }
  if (problem) return { ok: false, problem };
  // The protocol of the constructor string may have been recorded once before: only the last expressions count.
  return { ok: true, expressions: expressions.slice(-COMPONENTS.length) };
}

/** Makes a URLPattern. Only a relative pattern gets a base: the standard would put the base's path into `urn\\:isbn\\:*` too. */
function construct(source: string, hubUrl: HubUrl, isAbsolute: () => boolean): URLPattern {
  // No scheme begins with one of these characters, so the pattern is relative.
  if (/^[/?#]/.test(source)) return new URLPattern(source, hubUrl.href);
  try {
    return new URLPattern(source);
  } catch (cause) {
    if (isAbsolute()) throw cause;
    return new URLPattern(source, hubUrl.href);
  }
}

/** Runs a synchronous function with another global RegExp: the polyfill has no option for one. */
function withRegExp<Result>(engine: unknown, run: () => Result): Result {
  const before = globalThis.RegExp;
  Reflect.set(globalThis, "RegExp", engine);
  try {
    return run();
  } finally {
    globalThis.RegExp = before;
  }
}

/** Returns the polyfill's message, without the pattern, which may be long. */
function reason(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return words.replace("Failed to construct 'URLPattern': ", "").replace(/ '.*'.?$/s, "");
}
