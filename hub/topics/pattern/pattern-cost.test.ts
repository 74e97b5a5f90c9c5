import { expect, test } from "vitest";
import { HubUrl } from "../../base/hub-url.ts";
import { compilePattern } from "./pattern.ts";

const LONGEST = 2_048;
const fill = (start: string, piece: string, end = "") =>
  start + piece.repeat((LONGEST - start.length - end.length) / piece.length) + end;

let seed = 1;
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
}
/** Random letters: an automaton that counts backwards reaches a new state at each of them. */
const letters = (length: number) =>
  Array.from({ length }, () => (random() < 0.5 ? "a" : "b")).join("");
const ideographs = (length: number) =>
  Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + i)).join("");
const names = (count: number) => Array.from({ length: count }, (_, i) => `:a${i}-`).join("");

const COUNTING = "((?:[ab]*)a(?:[ab]|[bc]){60}(?:[cd]|[de]))";
const HOSTILE_PATTERNS = [
  fill("/", "*a"),
  `/${"*a".repeat(64)}`,
  `/${"*([ab])".repeat(32)}c`,
  `/${names(60)}`,
  `/${names(340)}`,
  "/((?:a+)+)$",
  "/((?:(?:(?:a*)*)*)*)b",
  "/(a{390})",
  "/(a{1000})",
  "/((?:(?:a{100}){100}){100})",
  "/((?:a{20}){19})",
  `/${COUNTING}`,
  `/((?:[ab]|[bc]*)*a(?:[ab]|[bc]){10}(?:[cd]|[de]))`,
  "/((?:\\b[ab]|\\B[ab]?)*a[ab]{50}[cd]|e)",
  `/(${"[\\p{L}a]".repeat(60)})`,
  `/(\\p{L}{300})`,
  `/(${"[\\p{L}\\p{N}\\p{Cn}]".repeat(20)})`,
  `/(${"[\\p{S}\\p{P}\\p{M}\\p{Cn}]".repeat(1)})`,
  `/(${Array.from({ length: 300 }, (_, i) => `[^${i}]`).join("")})`,
  `/(${Array.from({ length: 200 }, (_, i) => `[[${i}]`).join("")})`,
  `/(${Array.from({ length: 200 }, (_, i) => `[\\b${i}]`).join("")})`,
  `/(${Array.from({ length: 200 }, (_, i) => `\\u{${"0".repeat(i % 5)}${(65 + (i % 26)).toString(16)}}`).join("")})`,
  fill("/(a", "|a", ")"),
  `/(${"ab|".repeat(90)}c)*`,
  `/${"{a}?".repeat(64)}`,
  `/(${"[ab]?".repeat(190)}(?:[cd]|[de]))`,
  `https://${ideographs(1_000)}/`,
  fill("https://", "字."),
  "((?:[ab]?){24})://x/",
  "((?:[a-c]?){40})://((?:[ab]?){30}):((?:[ab]?){30})@((?:[ab]?){30})/((?:[ab]?){30})\\?((?:[ab]?){30})#((?:[ab]?){30})",
  fill("/", "a"),
  fill("/", "#"),
  fill("/", "\\a"),
  fill("a://", "["),
  fill("a://", "@"),
  fill("/", "{"),
];
const HOSTILE_TOPICS = [
  fill("/", "a"),
  fill("/", "a", "b"),
  fill("/", "a-"),
  fill("/", "a/../"),
  `/${letters(LONGEST - 2)}c`,
  ...[1_000, 500, 300, 160, 80].map((length) => `/${letters(length)}c`),
  `/${letters(600)}c?${letters(600)}c#${letters(600)}c`,
  `/${ideographs(LONGEST - 1)}`,
  `https://${ideographs(LONGEST - 8)}`,
  `https://${letters(LONGEST - 9)}/`,
  `${letters(100)}://x/`,
];

/** Returns the fastest of five runs, because other work on the machine only adds time. Nothing is cached: each run has a new hub. */
function fastestMs(begin: () => () => void): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const run = begin();
      const start = performance.now();
      run();
      return performance.now() - start;
    }),
  );
}

let hubs = 0;
const newHub = () => new HubUrl(`https://hub.example.com/${hubs++}`);

test.each(HOSTILE_PATTERNS)(
  "the pattern %s takes less than 10 ms to compile, and to match a topic",
  { retry: 2 },
  (source) => {
    expect(
      fastestMs(() => {
        const hubUrl = newHub();
        return () => compilePattern(source, hubUrl);
      }),
    ).toBeLessThan(10);
    for (const topic of HOSTILE_TOPICS) {
      const ms = fastestMs(() => {
        const compiled = compilePattern(source, newHub());
        return () => compiled.ok && compiled.pattern.matches(topic);
      });
      expect(ms, topic.slice(0, 50)).toBeLessThan(10);
    }
  },
);

test("a topic that would take too long to match does not match a complex pattern", () => {
  const compiled = compilePattern(`/${COUNTING}`, newHub());
  expect(compiled.ok && compiled.pattern.matches(`/${"a".repeat(100)}c`)).toBe(true);
  expect(compiled.ok && compiled.pattern.matches(`/${"a".repeat(2_000)}c`)).toBe(false);
});

test("a pattern with one wildcard or name matches topics of any length", () => {
  const long = "字".repeat(1_900);
  for (const source of ["https://example.com/a/:id", "https://example.com/a/*", "*://*/*"]) {
    const compiled = compilePattern(source, newHub());
    expect(compiled.ok && compiled.pattern.matches(`https://example.com/a/${long}`)).toBe(true);
  }
});
