import { compileLinear } from "./linear-regexp.ts";

/** How one component of a URL (its host, its path) is matched. */
export interface Component {
  /** What every text that it matches begins with. */
  readonly prefix: string;
  /** In instructions of an automaton for each character; 0: none is needed. */
  readonly size: number;
  /** Matches whatever there is. */
  readonly any: boolean;
  matches(text: string): boolean;
}

export type CompiledComponent =
  | { readonly ok: true; readonly component: Component }
  | { readonly ok: false; readonly problem: string };

const LITERALS = /(?:\\[^A-Za-z0-9]|[^\\.+*?^${}()[\]|/])*/y;

/** One wildcard or name, with what stands before it, and nothing after. */
const LAST_VARIABLE =
  /^(?:\(\?:(?<before>(?:\\[^A-Za-z0-9]|[^\\.+*?^${}()[\]|/])*)(?<grouped>\([^()]*\))\)|(?<bare>\([^()]*\)))$/;
const ANYTHING = "(.*)";
const SEGMENT = /^\(\[\^(?:\\(?<delimiter>.))?\]\+\?\)$/;

/** `\b`, `\B` and `^` look at what stands before them. */
const CLASSES_AND_ESCAPES = /\[(?:\\.|[^\]\\])*\]|\\[^bB]/g;
const LOOKS_BACK = /[\\^]/;

/**
 * What nearly all patterns are made of (literals, then at most one variable) is compared as text; the rest goes to RE2.
 * @param source the component's regular expression as the standard generates it, with `^` and `$`
 * @param maxSize of its automaton, in instructions
 */
export function compileComponent(source: string, maxSize: number): CompiledComponent {
  const inner = source.slice(1, -1);
  LITERALS.lastIndex = 0;
  const literals = LITERALS.exec(inner)?.[0] ?? "";
  const rest = inner.slice(literals.length);
  const prefix = unescaped(literals);
  const found = (matches: Component["matches"], prefix: string) =>
    ({ ok: true, component: { prefix, size: 0, any: false, matches } }) as const;
  if (rest === "") return found((text) => text === prefix, prefix);
  const last = LAST_VARIABLE.exec(rest)?.groups;
  const variable = last?.grouped ?? last?.bare ?? "";
  const start = prefix + unescaped(last?.before ?? "");
  if (variable === ANYTHING) {
    const component = {
      prefix: start,
      size: 0,
      any: start === "",
      matches: (text: string) => text.startsWith(start),
    };
    return { ok: true, component };
  }
  const segment = SEGMENT.exec(variable);
  if (segment) {
    const delimiter = segment.groups?.delimiter;
    return found(
      (text) =>
        text.length > start.length &&
        text.startsWith(start) &&
        (delimiter === undefined || !text.includes(delimiter, start.length)),
      start,
    );
  }
  const looksBack = LOOKS_BACK.test(rest.replaceAll(CLASSES_AND_ESCAPES, ""));
  const compiled = compileLinear(looksBack ? inner : rest, maxSize);
  if (!compiled.ok) return compiled;
  const { regexp } = compiled;
  const skipped = looksBack ? 0 : prefix.length;
  return {
    ok: true,
    component: {
      prefix,
      size: regexp.size,
      any: false,
      matches: (text) => text.startsWith(prefix) && regexp.test(text.slice(skipped)),
    },
  };
}

const unescaped = (literals: string) => literals.replaceAll(/\\(.)/gs, "$1");
