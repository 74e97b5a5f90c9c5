import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { detailOf, problemOf, World } from "../../testing/http-world.ts";
import { HUB_URL } from "../../testing/test-hub.ts";
import { asksForClock, fieldValue, parseStreamQuery } from "./stream-request.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

async function parse(query: string, headers: Record<string, string> = {}) {
  const parsed = await parseStreamQuery(world.request(query, headers), HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.query;
}

const matchers = async (query: string) =>
  (await parse(query)).matchers.map(({ type, match }) => `${type} ${match}`);

describe("the matchers of a request", () => {
  test("come from match, match_exact and match_urlpattern, in any combination", async () => {
    expect(await matchers("?match=a&match_exact=b&x=y&match_urlpattern=/c/:id&match=*")).toEqual([
      "exact a",
      "exact b",
      "urlpattern /c/:id",
      "exact *",
    ]);
  });

  test("are decoded as URLSearchParams decodes them", async () => {
    const query = new URLSearchParams({ match: "https://example.com/é?a=1&b=2+3;4%#x" });
    expect(await matchers(`?${query}`)).toEqual(["exact https://example.com/é?a=1&b=2+3;4%#x"]);
    expect(await matchers("?%6Datch=a+b&match=%2B")).toEqual(["exact a b", "exact +"]);
  });

  test("are counted once if they are equal", async () => {
    expect(await matchers("?match=a&match=a&match_exact=a&match_urlpattern=a")).toEqual([
      "exact a",
      "urlpattern a",
    ]);
  });

  test("are neither resolved nor normalized", async () => {
    expect(await matchers("?match=HTTPS://Example.com/../a&match=e%CC%81")).toEqual([
      "exact HTTPS://Example.com/../a",
      "exact e\u0301",
    ]);
  });
});

const refused: [what: string, query: string][] = [
  ["no matcher at all", ""],
  ["none of ours", "?topic=a"],
  ["a name in the namespace that is no type", "?matching=a"],
  ["the same in another case", "?Matching=a"],
  ["match in capitals", "?MATCH=a"],
  ["a type in another case", "?match_URLPattern=a"],
  ["a type that is registered elsewhere", "?match_uritemplate=a"],
  ["a type that nobody knows", "?match_foo=a"],
  ["no type behind the underscore", "?match_=a"],
  ["a hyphen", "?match-exact=a"],
  ["brackets, as PHP has them", "?match[]=a"],
  ["a name that is percent-encoded", "?%4D%61tch=a"],
  ["an unknown name beside a good one", "?match=a&matches=b"],
  ["an empty value", "?match="],
  ["a name without a value", "?match"],
  ["an empty pattern", "?match_urlpattern="],
  ["a pattern that does not parse", "?match_urlpattern=https://example.com/("],
  ["a pattern that no automaton can match", "?match_urlpattern=/((?=a)a)"],
  ["NULL", "?match=a%00b"],
  ["a line feed", "?match=a%0Ab"],
  ["U+001F", "?match=%1F"],
  ["DEL", "?match=a%7Fb"],
  ["C1", "?match=a%C2%80b"],
  ["the end of C1", "?match=%C2%9F"],
  ["a zero-width space", "?match=a%E2%80%8Bb"],
  ["a bidirectional override", "?match=%E2%80%AEb"],
  ["a soft hyphen", "?match=a%C2%ADb"],
  ["a tag character, beyond 16 bits", "?match=a%F3%A0%81%81b"],
  ["a control character in a pattern", "?match_urlpattern=/a%0Ab"],
  ["bytes that are not UTF-8", "?match=%FF"],
  ["UTF-8 that is cut off", "?match=a%C3"],
  ["an encoded surrogate", "?match=%ED%A0%80"],
  ["a name that is not UTF-8", "?match%FF=a"],
  ["101 matchers", `?${Array.from({ length: 101 }, (_, n) => `match=${n}`).join("&")}`],
  ["101 times the same matcher", `?${"match=a&".repeat(101)}`],
  ["a matcher over 2,048 characters", `?match=${"a".repeat(2_049)}`],
  [
    "patterns that together take too long to match",
    `?${Array.from({ length: 30 }, (_, n) => `match_urlpattern=/${n}/(a{80}|b{80})`).join("&")}`,
  ],
  ["another kind of heartbeat", "?match=a&heartbeat=loud"],
];

test.each(refused)("a request for a stream is refused with 400 if it has %s", async (_, query) => {
  const response = await world.subscribe(query);
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toMatch(/^bad-(matcher|parameter)$/);
  expect(response.headers.get("www-authenticate")).toBeNull();
});

test("the refusal of a request for a stream names the remedy", async () => {
  expect(await detailOf(await world.subscribe("?Match=a"))).toBe(
    "Match is not one of match, match_exact, match_urlpattern",
  );
  expect(await detailOf(await world.subscribe("?match=a%0A"))).toBe(
    "match has U+000A: control and format characters are not allowed",
  );
  expect(await detailOf(await world.subscribe(""))).toContain("give at least one");
});

test("100 matchers, and one of 2,048 characters, are accepted", async () => {
  const query = Array.from({ length: 99 }, (_, n) => `match=${n}`).join("&");
  expect(await matchers(`?${query}&match=${"a".repeat(2_048)}`)).toHaveLength(100);
});

describe("the last event id of a request", () => {
  test("is the header field's, or otherwise the first of the query", async () => {
    const query = "?match=a&last_event_id=1&last_event_id=2";
    expect((await parse(query, { "Last-Event-ID": "3" })).lastEventId).toBe("3");
    expect((await parse(query)).lastEventId).toBe("1");
    expect((await parse(query, { "Last-Event-ID": "" })).lastEventId).toBe("1");
    expect((await parse("?match=a")).lastEventId).toBeUndefined();
  });

  test.each(["lastEventId", "lastEventID", "Last-Event-ID", "last-event-id", "Last_Event_Id"])(
    "that a client adds to the query as %s when it reconnects counts more than the one that its URL began with",
    async (name) => {
      const query = `?match=a&last_event_id=1&${name}=2`;
      expect((await parse(query)).lastEventId).toBe("2");
      expect((await parse(query, { "Last-Event-ID": "3" })).lastEventId).toBe("3");
      expect((await parse(`?match=a&last_event_id=1&${name}=`)).lastEventId).toBe("1");
    },
  );

  test("may be empty, and then names no event", async () => {
    expect((await parse("?match=a&last_event_id=")).lastEventId).toBe("");
    expect((await parse("?match=a&last_event_id")).lastEventId).toBe("");
    expect((await parse("?match=a", { "Last-Event-ID": "" })).lastEventId).toBe("");
  });

  test("is read from the header field as UTF-8, or as Latin-1 if it is not UTF-8", async () => {
    const sent = fieldValue("urn:é€😀");
    expect(sent).toMatch(/^[ -ÿ]+$/);
    expect((await parse("?match=a", { "Last-Event-ID": sent })).lastEventId).toBe("urn:é€😀");
    expect((await parse("?match=a", { "Last-Event-ID": "é" })).lastEventId).toBe("é");
  });

  test("is cut if it is too long", async () => {
    const long = "a".repeat(10_000);
    expect((await parse(`?match=a&last_event_id=${long}`)).lastEventId).toHaveLength(513);
  });
});

test("a request without a matcher asks for the clock, if there is one", () => {
  const asks = (query: string, clock = true) => asksForClock(world.request(query), { clock });
  expect([asks(""), asks("?heartbeat=event"), asks("?last_event_id=1")]).toEqual([
    true,
    true,
    true,
  ]);
  expect([asks("?match=a"), asks("?Match=a"), asks("", false)]).toEqual([false, false, false]);
});
