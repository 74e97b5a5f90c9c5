import { URLPattern } from "urlpattern-polyfill/urlpattern";
import type { HubUrl } from "../../base/hub-url.ts";
import { type CompiledComponent, compileComponent } from "./pattern-component.ts";

/** The components by their standard order, which the polyfill keeps to. */
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

/** The protocol's is compiled up to three times. */
const MAX_PROTOCOL_SIZE = 100;

export type ParsedPattern =
  /** By the order of `COMPONENTS`. */
  | { readonly ok: true; readonly expressions: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * The standard's regular expression for each component, which the polyfill makes and we take without running it.
 * Never the runtime's own URLPattern: its engine backtracks.
 */
export function parsePattern(source: string, hubUrl: HubUrl): ParsedPattern {
  const expressions: string[] = [];
  let problem: string | undefined;
  const native = RegExp;
  class Recorder {
    readonly #expression: string;
    #compiled: CompiledComponent | undefined;
    constructor(expression: string) {
      // The native parser says whether it is well-formed; it does not match with it.
      new native(expression, "u");
      expressions.push(expression);
      this.#expression = expression;
    }
    /** Asked of the protocol alone: whether it may be a special scheme, on which the path's syntax depends. */
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
  // The constructor string's own protocol may have been compiled once before.
  return { ok: true, expressions: expressions.slice(-COMPONENTS.length) };
}

/** A base is for relative patterns alone: given one, the standard would put its path into `urn\\:isbn\\:*` as well. */
function construct(source: string, hubUrl: HubUrl, isAbsolute: () => boolean): URLPattern {
  // A scheme begins with none of these, so it need not be looked for.
  if (/^[/?#]/.test(source)) return new URLPattern(source, hubUrl.href);
  try {
    return new URLPattern(source);
  } catch (cause) {
    if (isAbsolute()) throw cause;
    return new URLPattern(source, hubUrl.href);
  }
}

/** Runs something synchronous with another RegExp: the polyfill has no seam for one. */
function withRegExp<Result>(engine: unknown, run: () => Result): Result {
  const before = globalThis.RegExp;
  Reflect.set(globalThis, "RegExp", engine);
  try {
    return run();
  } finally {
    globalThis.RegExp = before;
  }
}

/** The polyfill's words, without the pattern, which may be long. */
function reason(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return words.replace("Failed to construct 'URLPattern': ", "").replace(/ '.*'.?$/s, "");
}
