import fc from "fast-check";
import { expect, test } from "vitest";
import { compileLinear } from "./linear-regexp.ts";

const atoms = fc.constantFrom(
  ..."ab-_ /",
  ".",
  "\\d",
  "\\w",
  "\\W",
  "\\s",
  "\\S",
  "\\.",
  "\\/",
  "\\x61",
  "\\u0062",
  "\\u{61}",
  "\\p{L}",
  "\\P{Lu}",
  "\\p{Script=Latin}",
  "[a-c]",
  "[a-]",
  "[-a]",
  "[\\d-]",
  "[a-b-]",
  "[\\x61-c]",
  "[ -/]",
  "[*--]",
  "[:a:]",
  "[^\\/]",
  "[a^]",
  "[^a]",
  "[]",
  "[^]",
  "[[]",
  "[\\]a]",
  "[\\w-]",
  "[\\b]",
  "[^\\d\\p{Lu}]",
  "^",
  "$",
  "\\b",
  "\\B",
);
const { expression } = fc.letrec<{ expression: string; term: string; quantified: string }>(
  (tie) => ({
    expression: fc.oneof(
      { maxDepth: 2 },
      fc.array(tie("quantified"), { maxLength: 3 }).map((terms) => terms.join("")),
      fc.tuple(tie("quantified"), tie("expression")).map((sides) => sides.join("|")),
    ),
    quantified: fc
      .tuple(
        tie("term"),
        fc.constantFrom("", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{0}"),
      )
      .filter(([term, quantifier]) => quantifier === "" || !/^(?:\^|\$|\\[bB])$/.test(term))
      .map((parts) => parts.join("")),
    term: fc.oneof(
      { maxDepth: 2 },
      atoms,
      fc
        .tuple(fc.constantFrom("(?:", "("), tie("expression"))
        .map(([open, inner]) => `${open}${inner})`),
    ),
  }),
);
const texts = fc.string({ unit: fc.constantFrom(..."aab1-_ /.[A"), maxLength: 6 });

test("an expression matches the same texts as in JavaScript", () => {
  let matched = 0;
  fc.assert(
    fc.property(expression, fc.array(texts, { minLength: 10, maxLength: 10 }), (source, list) => {
      const compiled = compileLinear(source, 400);
      const native = new RegExp(`^(?:${source})$`, "u");
      if (!compiled.ok) expect(compiled.problem).toMatch("too large");
      for (const text of list) {
        if (!compiled.ok) continue;
        const right = native.test(text);
        if (right) matched++;
        expect(compiled.regexp.test(text), `${source} on ${JSON.stringify(text)}`).toBe(right);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(matched).toBeGreaterThan(500);
}, 30_000);

test.each([
  ["(?=a)", "a lookahead"],
  ["(?!a)", "a lookahead"],
  ["(?<=a)", "lookbehind"],
  ["(?<!a)", "lookbehind"],
  ["(a)\\1", "a backreference"],
  ["(?<n>a)\\k<n>", "a backreference"],
  ["(?i:a)", "flags"],
  ["a{11}", "too large"],
  ["(?:(?:a{3}){3}){3}", "too large"],
  ["(?:){11}", "too large"],
  ["a|b|c|d|e|f", "too large"],
])("the expression %s is refused, because it has or is: %s", (source, problem) => {
  expect(compileLinear(source, 10)).toMatchObject({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});
