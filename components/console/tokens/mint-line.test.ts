import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mintLines } from "./mint-line.ts";
import { looksLikePattern, type Wanted, type WantedGrant, wantedProblem } from "./wanted.ts";

const wanted = (grants: readonly WantedGrant[], more: Partial<Wanted> = {}): Wanted => ({
  grants,
  payload: "",
  subject: "",
  lifetime: "1h",
  ...more,
});
const grant = (match: string, more: Partial<WantedGrant> = {}): WantedGrant => ({
  match,
  type: looksLikePattern(match) ? "urlpattern" : "exact",
  publish: true,
  subscribe: false,
  ...more,
});

/** Returns the arguments that a shell passes to the minting program for this line. */
function understood(line: string) {
  const words = line.replace(/^npm run token --/, "printf '%s\\0'");
  const args = execFileSync("sh", ["-c", words], { encoding: "utf8" }).split("\0").slice(0, -1);
  const { values } = parseArgs({
    args,
    options: {
      publish: { type: "string", multiple: true, default: [] },
      subscribe: { type: "string", multiple: true, default: [] },
      payload: { type: "string" },
      subject: { type: "string" },
      expires: { type: "string", default: "1h" },
      exact: { type: "boolean", default: false },
      pattern: { type: "boolean", default: false },
    },
  });
  return values;
}

test("the command contains the chosen grants, and no more", () => {
  expect(mintLines(wanted([grant("news")]))).toEqual(["npm run token -- --publish news"]);
  const all = wanted(
    [grant("*"), grant("https://example.com/books/:id", { publish: false, subscribe: true })],
    { payload: '{ "name": "Ada" }', subject: "ada", lifetime: "15m" },
  );
  expect(mintLines(all)).toEqual([
    "npm run token -- --publish '*' --subscribe https://example.com/books/:id --payload '{\"name\":\"Ada\"}' --subject ada --expires 15m",
  ]);
});

test("a flag is written if the topics' type differs from the guessed type", () => {
  const exact = wanted([grant("a/*", { type: "exact" }), grant("b")]);
  expect(mintLines(exact)).toEqual(["npm run token -- --publish 'a/*' --publish b --exact"]);
  const pattern = wanted([grant("https://example.com/(a|b)", { type: "urlpattern" })]);
  expect(mintLines(pattern)).toEqual([
    "npm run token -- --publish 'https://example.com/(a|b)' --pattern",
  ]);
});

test("two commands are written if one cannot express both types", () => {
  const both = wanted([grant("a/*", { type: "exact" }), grant("b/*"), grant("*")]);
  expect(mintLines(both)).toEqual([
    "npm run token -- --publish 'a/*' --publish '*' --exact",
    "npm run token -- --publish 'b/*' --pattern",
  ]);
});

test("a payload is written only for grants to subscribe", () => {
  const both = wanted(
    [grant("a/*", { type: "exact" }), grant("b/*", { publish: false, subscribe: true })],
    { payload: '{"a":1}' },
  );
  const [exact, pattern] = mintLines(both);
  expect(exact).not.toContain("payload");
  expect(pattern).toContain(" --payload '{\"a\":1}' --pattern");
});

test("a shell passes topic, subject and payload on unchanged and runs nothing, whatever they contain", () => {
  const hostile = fc.stringMatching(/^['"$`;&|<>()\\!#*?:/~= \w-]{1,30}$/);
  const grants = fc.array(
    fc.record({
      match: fc.oneof(hostile, fc.constantFrom("*", "-x", "--exact", "$(id)", "'; id '")),
      type: fc.constantFrom("exact", "urlpattern"),
      publish: fc.boolean(),
      subscribe: fc.boolean(),
    } as const),
    { minLength: 1, maxLength: 4 },
  );
  const all = fc.record({ grants, subject: hostile, name: hostile });
  fc.assert(
    fc.property(all, ({ grants: picked, subject, name }) => {
      const usable = picked.filter(({ publish, subscribe }) => publish || subscribe);
      fc.pre(usable.length > 0);
      const payload = usable.some(({ subscribe }) => subscribe) ? JSON.stringify({ name }) : "";
      const asked = wanted(usable, { subject, payload });
      expect(wantedProblem(asked)).toBeUndefined();
      const got = mintLines(asked).map(understood);
      const types = got.flatMap(({ publish, subscribe, exact, pattern }) =>
        [...publish.map((m) => `publish ${m}`), ...subscribe.map((m) => `subscribe ${m}`)].map(
          (each) => {
            const match = each.slice(each.indexOf(" ") + 1);
            const many = match !== "*" && !exact && (pattern || looksLikePattern(match));
            return match === "*" ? each : `${each} ${many ? "urlpattern" : "exact"}`;
          },
        ),
      );
      const expected = usable.flatMap(({ match, type, publish, subscribe }) =>
        [...(publish ? ["publish"] : []), ...(subscribe ? ["subscribe"] : [])].map((action) =>
          match === "*" ? `${action} *` : `${action} ${match} ${type}`,
        ),
      );
      expect(types.sort()).toEqual(expected.sort());
      for (const each of got) {
        expect(each.subject).toBe(subject);
        if (each.subscribe.length > 0) expect(JSON.parse(each.payload ?? "")).toEqual({ name });
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  [wanted([]), "Add a topic."],
  [wanted([grant("")]), "A topic is empty."],
  [wanted([grant("a\nb")]), /control or format character/],
  [wanted([grant("x".repeat(2_049))]), /2049 characters/],
  [wanted([grant("a", { publish: false })]), "Pick what may be done with a."],
  [wanted([grant("a")], { payload: "{}" }), /pick “subscribe”/],
  [wanted([grant("a", { subscribe: true })], { payload: "[1]" }), /no JSON object/],
  [wanted([grant("a", { subscribe: true })], { payload: '{"a":' }), /no JSON object/],
  [
    wanted([grant("a", { subscribe: true })], {
      payload: JSON.stringify({ a: "x".repeat(5_000) }),
    }),
    /5008 characters/,
  ],
  [wanted([grant("a")], { subject: "a\u202eb" }), /subject/],
])("a problem that prevents minting is reported", (asked, problem) => {
  expect(wantedProblem(asked)).toMatch(problem);
});
