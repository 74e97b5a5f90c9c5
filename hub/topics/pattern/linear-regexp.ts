import { RE2JS } from "re2js";

/** A regular expression that is matched in linear time, against the whole of an ASCII text. */
export interface LinearRegExp {
  /** In instructions: what one character of a text may cost. */
  readonly size: number;
  test(text: string): boolean;
}

export type CompiledRegExp =
  | { readonly ok: true; readonly regexp: LinearRegExp }
  | { readonly ok: false; readonly problem: string };

/** What an automaton keeps of what it has learned; without a bound each text could leave 8 MB behind. */
const MAX_STATE_BYTES = 32 * 1024;

/**
 * Compiles JavaScript's syntax (as the engine's own parser accepts it with the flag `u`) for RE2.
 * @param source it MUST be valid JavaScript; `^` and `$` around all of it are not needed
 * @param maxSize in instructions
 * @returns a problem for what no automaton can do, or only a large one
 */
export function compileLinear(source: string, maxSize: number): CompiledRegExp {
  const translated = translate(source, maxSize);
  if (!translated.ok) return translated;
  try {
    const compiled = RE2JS.compile(translated.text);
    const { dfa } = compiled.re2();
    dfa.stateBudget = MAX_STATE_BYTES;
    dfa.memBudget = MAX_STATE_BYTES;
    const size = compiled.programSize();
    return { ok: true, regexp: { size, test: (text) => compiled.testExact(text) } };
  } catch {
    return {
      ok: false,
      problem: `has a regular expression that this hub does not know: ${source}`,
    };
  }
}

/** One token of a valid expression. What is named is treated; anything else is an atom that both write alike. */
const TOKEN = new RegExp(
  [
    /(?<lookaround>\(\?<?[=!])/,
    /(?<open>\(\?:|\(\?<[^>]*>|\((?!\?))/,
    /(?<flags>\(\?)/,
    /(?<close>\))/,
    /(?<backreference>\\[1-9k])/,
    /(?<assertion>\^|\$|\\[bB])/,
    /(?<plain>\[\^?(?:[^[\]\\^]|\\[dDwWsSx/.^$*+?(){}|\]\\-])+\]|\\x..)/,
    /\\u\{(?<point>[^}]*)\}|\\u(?<unit>....)/,
    /(?<set>\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\c.)/,
    /(?<repeat>\{(?<least>\d+)(?:,(?<most>\d*))?\})/,
    /(?<operator>[*+?|])/,
    /\\.|./,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gs",
);

/** Classes that RE2 writes in another way, at most so many: each takes microseconds to spell out. */
const MAX_SETS = 16;

type Translated = { ok: true; text: string } | { ok: false; problem: string };

function translate(source: string, maxSize: number): Translated {
  let text = "";
  /** At least as many instructions as the program has, so that a giant one is never begun. */
  let size = 0;
  let lastAtom = 0;
  const open: number[] = [];
  const sets = new Map<string, string>();
  const refuse = (what: string) => ({ ok: false, problem: `has ${what}` }) as const;
  for (const { 0: token, groups = {} } of source.matchAll(TOKEN)) {
    if (groups.lookaround)
      return refuse("a lookahead or lookbehind, which no linear-time matching allows");
    if (groups.flags) return refuse("flags inside a regular expression, which are not supported");
    if (groups.backreference)
      return refuse("a backreference, which no linear-time matching allows");
    if (groups.close) {
      lastAtom = open.pop() ?? 0;
      text += ")";
    } else if (groups.repeat) {
      const times = Math.max(Number(groups.least), Number(groups.most ?? 0), 1);
      size = lastAtom + (size - lastAtom) * times + times;
      text += token;
    } else if (groups.operator) {
      size += 1;
      text += token;
    } else {
      lastAtom = size;
      size += 1;
      if (groups.open) open.push(lastAtom);
      const code = groups.point ?? groups.unit;
      if (groups.set && !sets.has(groups.set)) {
        if (sets.size === MAX_SETS) return refuse("too many classes of characters");
        sets.set(groups.set, asciiSet(groups.set));
      }
      // Nobody asks for what a group holds, and a program without captures is smaller.
      if (groups.open) text += "(?:";
      else if (code) text += `\\x{${code}}`;
      else text += sets.get(token) ?? token;
    }
    if (size > maxSize)
      return refuse("too large a regular expression, with its repeats written out");
  }
  return { ok: true, text };
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join("");

/**
 * A class of characters, spelled out for RE2 in ASCII, which is all that a parsed URL is made of.
 * JavaScript's own engine says what is in it, so there are no two opinions; and RE2 never sees the
 * thousands of ranges that a Unicode class has.
 */
function asciiSet(set: string): string {
  let ranges = "";
  let last = -2;
  let first = -2;
  const close = () => {
    if (first >= 0) ranges += `\\x{${first.toString(16)}}-\\x{${last.toString(16)}}`;
  };
  for (const { index } of ASCII.matchAll(new RegExp(set, "gu"))) {
    if (index !== last + 1) {
      close();
      first = index;
    }
    last = index;
  }
  close();
  return ranges === "" ? "[^\\x{0}-\\x{10ffff}]" : `[${ranges}]`;
}
