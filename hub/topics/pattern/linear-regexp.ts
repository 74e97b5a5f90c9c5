import { RE2JS } from "re2js";

/** A regular expression that matches a whole ASCII text in linear time. */
export interface LinearRegExp {
  /** The number of instructions of the program. Each may run once for each character of a text. */
  readonly size: number;
  test(text: string): boolean;
}

export type CompiledRegExp =
  | { readonly ok: true; readonly regexp: LinearRegExp }
  | { readonly ok: false; readonly problem: string };

/** The most memory for the cached states of one automaton, in bytes. Without a bound, each text could add 8 MB. */
const MAX_STATE_BYTES = 32 * 1024;

/**
 * Compiles JavaScript's syntax (the syntax that its own parser accepts with the flag `u`) for RE2.
 * @param source MUST be valid JavaScript; `^` and `$` around the whole expression are not needed
 * @param maxSize in instructions
 * @returns a problem if no automaton, or only a too large one, can match the expression
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

/** Matches one token of a valid expression. Named groups need translation; any other token is an atom that both engines share. */
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

/** The most character classes that need translation for RE2. Each takes microseconds to list. */
const MAX_SETS = 16;

type Translated = { ok: true; text: string } | { ok: false; problem: string };

function translate(source: string, maxSize: number): Translated {
  let text = "";
  /** An upper bound of the program's instructions, so that the compilation of a giant program never begins. */
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
      // The text of a group is never needed, and a program without captures is smaller.
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
 * Translates a class of characters for RE2, as ranges of ASCII: a parsed URL has only ASCII.
 * JavaScript's own engine decides which characters are in it, so both engines agree.
 * RE2 never gets the thousands of ranges of a Unicode class.
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
