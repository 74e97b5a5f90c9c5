import { compileLinear } from "./linear-regexp.ts";

/** The text after a literal prefix: nothing, one or more characters without a slash, or any text. */
export type Tail = "nothing" | "segment" | "anything";

/** Matches one component of a URL (its host, its path). */
export interface Component {
  /** The literal beginning of every text that matches. */
  readonly prefix: string;
  /** The text that may follow the prefix, if it is one of the simple kinds of `Tail`. */
  readonly tail: Tail | undefined;
  /** The instructions of its automaton for each character. 0: it needs no automaton, and `matches` takes well under a microsecond. */
  readonly size: number;
  /** Whether it matches any text. */
  readonly any: boolean;
  matches(text: string): boolean;
}

export type CompiledComponent =
  | { readonly ok: true; readonly component: Component }
  | { readonly ok: false; readonly problem: string };

/** A wildcard or a name, and the literal that follows it. */
interface Variable {
  /** The least number of characters that it matches. */
  readonly least: 0 | 1;
  /** A character that it does not match. */
  readonly delimiter: string | undefined;
  readonly after: string;
}

/** A sequence of literals, with variables between them. */
interface Sequence {
  readonly prefix: string;
  readonly variables: readonly Variable[];
}

const LITERAL = /(?:\\[^A-Za-z0-9]|[^\\.+*?^${}()[\]|/])*/.source;
const LITERALS = new RegExp(LITERAL, "y");
const VARIABLE = new RegExp(
  String.raw`(?:\(\?:(?<before>${LITERAL})(?<grouped>\([^()]*\))\)|(?<bare>\([^()]*\)))(?<after>${LITERAL})`,
  "y",
);
const ANYTHING = "(.*)";
const SEGMENT = /^\(\[\^(?:\\(?<delimiter>.))?\]\+\?\)$/;

/** Tokens that never depend on the text before them; `\b`, `\B` and `^` do. */
const CLASSES_AND_ESCAPES = /\[(?:\\.|[^\]\\])*\]|\\[^bB]/g;
const LOOKS_BACK = /[\\^]/;

/**
 * Compiles a component. Nearly all patterns have only literals, names that end at a delimiter, and one wildcard at the end. These are
 * compared as text. RE2 matches the rest.
 * @param source the component's regular expression, in the form that the standard generates, with `^` and `$`
 * @param maxSize the largest size of its automaton, in instructions
 */
export function compileComponent(source: string, maxSize: number): CompiledComponent {
  const inner = source.slice(1, -1);
  const sequence = parseSequence(inner);
  if (sequence && isText(sequence)) {
    const tail = tailOf(sequence);
    const any = sequence.prefix === "" && tail === "anything";
    const matches = (text: string) => matchesText(sequence, text);
    return { ok: true, component: { prefix: sequence.prefix, tail, size: 0, any, matches } };
  }
  LITERALS.lastIndex = 0;
  const literals = LITERALS.exec(inner)?.[0] ?? "";
  const prefix = sequence?.prefix ?? unescaped(literals);
  const rest = inner.slice(literals.length);
  const looksBack = LOOKS_BACK.test(rest.replaceAll(CLASSES_AND_ESCAPES, ""));
  const compiled = compileLinear(looksBack ? inner : rest, maxSize);
  if (!compiled.ok) return compiled;
  const { regexp } = compiled;
  const skipped = looksBack ? 0 : unescaped(literals).length;
  return {
    ok: true,
    component: {
      prefix,
      tail: undefined,
      size: regexp.size,
      any: false,
      matches: (text) =>
        text.startsWith(prefix) &&
        (sequence === undefined || mayMatch(sequence, text)) &&
        regexp.test(text.slice(skipped)),
    },
  };
}

/** Parses an expression of literals, names and wildcards; undefined: it has other parts too. */
function parseSequence(inner: string): Sequence | undefined {
  LITERALS.lastIndex = 0;
  let prefix = unescaped(LITERALS.exec(inner)?.[0] ?? "");
  const variables: Variable[] = [];
  for (VARIABLE.lastIndex = LITERALS.lastIndex; VARIABLE.lastIndex < inner.length; ) {
    const { before, grouped, bare, after = "" } = VARIABLE.exec(inner)?.groups ?? {};
    const group = grouped ?? bare;
    if (group === undefined) return undefined;
    const segment = SEGMENT.exec(group);
    if (!segment && group !== ANYTHING) return undefined;
    const last = variables.pop();
    const literal = unescaped(before ?? "");
    if (last) variables.push({ ...last, after: last.after + literal });
    else prefix += literal;
    variables.push({
      least: segment ? 1 : 0,
      delimiter: segment?.groups?.delimiter,
      after: unescaped(after),
    });
  }
  return { prefix, variables };
}

function tailOf({ variables }: Sequence): Tail | undefined {
  const [first, ...others] = variables;
  if (!first) return "nothing";
  if (others.length > 0 || first.after !== "") return undefined;
  if (first.delimiter === "/") return "segment";
  return first.least === 0 ? "anything" : undefined;
}

/** Whether one pass over a text is enough to match: each variable, except the last, ends at its own delimiter. */
function isText({ variables }: Sequence): boolean {
  return variables
    .slice(0, -1)
    .every(({ delimiter, after }) => delimiter !== undefined && after.startsWith(delimiter));
}

/** Matches a text with a sequence for which `isText` is true. */
function matchesText({ prefix, variables }: Sequence, text: string): boolean {
  if (variables.length === 0) return text === prefix;
  if (!text.startsWith(prefix)) return false;
  let at = prefix.length;
  for (const [index, { least, delimiter, after }] of variables.entries()) {
    const isLast = index === variables.length - 1;
    const found = delimiter === undefined ? -1 : text.indexOf(delimiter, at);
    const end = isLast ? text.length - after.length : found;
    if (end < at + least || !text.startsWith(after, end)) return false;
    if (isLast && found >= 0 && found < end) return false;
    at = end + after.length;
  }
  return true;
}

/** Returns false only if the text does not have all literals of the sequence, in order. This is far cheaper than an automaton. */
function mayMatch({ prefix, variables }: Sequence, text: string): boolean {
  let at = prefix.length;
  for (const { least, after } of variables) {
    const found = text.indexOf(after, at + least);
    if (found < 0) return false;
    at = found + after.length;
  }
  return true;
}

const unescaped = (literals: string) => literals.replaceAll(/\\(.)/gs, "$1");
