import { expect, test } from "vitest";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import { parseMatcher } from "../topics/matcher.ts";
import { PATTERN_LIMITS, PatternBudget } from "./pattern-budget.ts";

function matcher(match: string, type: MatcherType = "urlpattern") {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

/** A pattern whose automaton has nearly the most instructions that one may have. */
const large = (name: string) => matcher(`https://example.com/${name}/(a{180})`);
const LARGE = large("x").cost;

function fill(budget: PatternBudget, client: (index: number) => string): (() => void)[] {
  const releases: (() => void)[] = [];
  for (let index = 0; ; index += 1) {
    const its = [large(`${index}`)];
    if (budget.refusal(its, client(index))) return releases;
    releases.push(budget.take(its, client(index)));
  }
}

const perClient = Math.floor(PATTERN_LIMITS.ofClient / LARGE);

test("one client can use no more than its share of all patterns", () => {
  const budget = new PatternBudget();
  expect(fill(budget, () => "a")).toHaveLength(perClient);
  expect(budget.refusal([large("new")], "a")).toBe("client patterns full");
  expect(budget.refusal([large("new")], "b")).toBeUndefined();
});

test("when the budget of all patterns is full, only a subscription that would add a pattern is refused", () => {
  const budget = new PatternBudget();
  const releases = fill(budget, (index) => `client ${index % 5}`);
  expect(releases.length).toBe(Math.floor(PATTERN_LIMITS.all / LARGE));
  const more = Array.from({ length: PATTERN_LIMITS.all % LARGE }, (_, n) =>
    matcher(`/more/${n}/*`),
  );
  const filled = budget.take(more, "more");
  expect(budget.refusal([matcher("/new/*")], "new")).toBe("patterns full");
  expect(budget.refusal([large("0"), matcher("/more/0/*")], "new")).toBeUndefined();
  expect(budget.refusal([matcher("a", "exact"), matcher("*")], "new")).toBeUndefined();
  filled();
  expect(budget.refusal([matcher("/new/*")], "new")).toBeUndefined();
});

test("a pattern counts until its last subscription ends", () => {
  const budget = new PatternBudget();
  const release = fill(budget, () => "a");
  const again = budget.take([large("0")], "a");
  for (const each of release) each();
  expect(fill(budget, () => "a")).toHaveLength(perClient);
  again();
});

test("10,000 users of one client, each with two patterns of its own, are accepted", () => {
  const budget = new PatternBudget();
  for (let user = 0; user < 10_000; user += 1) {
    const its = [
      matcher(`https://example.com/users/${user}/*`),
      matcher(`https://example.com/teams/${user}/:note`),
    ];
    expect(budget.refusal(its, "an office")).toBeUndefined();
    budget.take(its, "an office");
  }
}, 60_000);
