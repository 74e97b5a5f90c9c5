import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIRST_DRAFT, fieldsOf, numbered, type UpdateFields } from "../publish/draft.ts";
import { publishCode } from "../publish/publish-code.ts";
import { subscribeCode } from "../streams/subscribe-code.ts";
import { EVERYTHING, type Subscription, subscriptionQuery } from "../streams/subscription.ts";
import { jsData, shellWord } from "./quote.ts";
import type { Snippet } from "./snippet.ts";

const hub = {
  origin: "http://127.0.0.1:3000",
  path: "/.well-known/mercure",
  cookieName: "__Secure-mercure_access_token",
};
const ADDRESS = `${hub.origin}${hub.path}`;

const HOSTILE = [
  `'; touch /tmp/owned; '`,
  `"$(id)" \`id\` $HOME \\`,
  "line\nbreak\r\n\ttab",
  "</script><script>alert(1)</script>",
  "\u2028 \u2029 é 漢 🦊",
  "{n} %s %d ! ~ * ? [a] {b,c} # & + %41",
  "-rf @/etc/passwd",
  "\\'",
];
const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 30 })
    // A shell's words end at a NUL, so no field may contain one.
    .map((text) => text.replaceAll("\0", "0").toWellFormed()),
);
/** Neither topics nor types have line breaks, and the form's edges are trimmed. */
const line = hostile.map((text) => text.replace(/\s+/g, " ").trim() || "x");

const codeOf = (snippets: readonly Snippet[], name: string): string =>
  snippets.find((snippet) => snippet.name === name)?.code ?? "";

/** Marks the end of the arguments: no text contains it. */
const END = "--end-of-words-5b1e--";

/** Runs the code with a `curl` that only prints its arguments and its input. */
function runShell(code: string): { words: string[]; input: string } {
  const fake = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; printf %s '${END}'; case "$*" in *--data-binary*) cat;; esac; }`;
  const out = execFileSync(
    "sh",
    [
      "-c",
      `TOKEN="the token"; ${fake}
${code}`,
    ],
    { encoding: "utf8" },
  );
  const [words = "", input = ""] = out.split(END);
  return { words: words.split("\0").slice(0, -1), input };
}

test("a shell reads any quoted text as one word", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const out = execFileSync("sh", ["-c", `printf '%s' ${shellWord(text)}`], {
        encoding: "utf8",
      });
      expect(out).toBe(text);
    }),
    { numRuns: 60 },
  );
});

test("a shell does not expand a quoted text to a folder or to a command's path", () => {
  // bash expands it after = and : too, other shells at the beginning of a word.
  for (const text of ["~", "topic=~/a", "a:~/b", "=ls"]) {
    expect(shellWord(text)).toBe(`'${text}'`);
  }
});

describe("data in code", () => {
  test.each([
    ['{"title": "1984", "a-b": [1, {}], "c": null}', '{ title: "1984", "a-b": [1, {}], c: null }'],
    ["[]", "[]"],
    ["plain", '"plain"'],
    ["12", '"12"'],
  ])("%s is written as people write it", (data, code) => {
    expect(jsData(data)).toBe(code);
  });

  test.each([
    "12345678901234567890",
    '{"id":12345678901234567890}',
    '{"a":1,"a":2}',
    '{"__proto__":{"admin":true}}',
    '{"a":1e400}',
    "{not json",
  ])("%s is sent as it was typed, because parsing it would change it", (data) => {
    expect(new Function(`return ${jsData(data)}`)()).toBe(data);
  });

  test("JSON as code has the same value as the JSON", () => {
    fc.assert(
      fc.property(fc.json(), (data) => {
        const value: unknown = new Function(`return ${jsData(data)}`)();
        const sent = typeof value === "string" ? value : JSON.stringify(value);
        expect(JSON.parse(sent)).toEqual(JSON.parse(data));
      }),
    );
  });
});

describe("code that subscribes", () => {
  const subscription: fc.Arbitrary<Subscription> = fc.record({
    matchers: fc.array(
      fc.record({ type: fc.constantFrom("exact" as const, "urlpattern" as const), match: line }),
      { minLength: 1, maxLength: 3 },
    ),
    from: fc.option(line, { nil: undefined }),
  });
  const of = (wanted: Subscription, more: { types?: string[]; withToken?: boolean } = {}) =>
    subscribeCode({ hub, subscription: wanted, types: [], withToken: false, ...more });

  test("is short where it can be", () => {
    expect(of(EVERYTHING).map(({ code }) => code)).toEqual([
      `const url = new URL("${ADDRESS}");
url.searchParams.append("match", "*");
const events = new EventSource(url);
events.onmessage = ({ data, lastEventId }) => console.log(lastEventId, data);`,
      `curl -N '${ADDRESS}?match=*'`,
      `import { subscribe } from "../runnel.ts";

const events = await subscribe({ match: "*" });
for await (const { id, type, data } of events) console.log(id, type, data);`,
    ]);
  });

  test("makes the same request, whatever the fields contain: curl", () => {
    fc.assert(
      fc.property(subscription, (wanted) => {
        const { words } = runShell(codeOf(of(wanted, { withToken: true }), "curl"));
        expect(words).toEqual([
          "-N",
          "-H",
          "Authorization: Bearer the token",
          `${ADDRESS}?${subscriptionQuery(wanted)}`,
        ]);
      }),
      { numRuns: 40 },
    );
  });

  test("makes the same request, whatever the fields contain: EventSource", () => {
    fc.assert(
      fc.property(subscription, fc.array(line, { maxLength: 2 }), (wanted, types) => {
        const seen: string[] = [];
        class Fake {
          constructor(url: URL) {
            seen.push(String(url));
          }
          addEventListener(type: string) {
            seen.push(type);
          }
        }
        new Function("EventSource", codeOf(of(wanted, { types }), "EventSource"))(Fake);
        const [url = "", ...listened] = seen;
        const asked = new URL(`${ADDRESS}?${subscriptionQuery(wanted)}`);
        expect([...new URL(url).searchParams]).toEqual([...asked.searchParams]);
        expect(listened).toEqual(types);
      }),
    );
  });

  test("makes the same request, whatever the fields contain: the server", () => {
    fc.assert(
      fc.property(subscription, (wanted) => {
        const call = /subscribe\((\{.*\})\);\nfor/s.exec(codeOf(of(wanted), "Server"))?.[1];
        const { match = [], matchUrlPattern = [], lastEventId } = new Function(`return ${call}`)();
        const texts = (type: string) =>
          wanted.matchers.filter((each) => each.type === type).map((each) => each.match);
        expect([match].flat()).toEqual(texts("exact"));
        expect([matchUrlPattern].flat()).toEqual(texts("urlpattern"));
        expect(lastEventId).toBe(wanted.from);
      }),
    );
  });

  test("names the place of a token if there is one", () => {
    expect(codeOf(of(EVERYTHING, { withToken: true }), "EventSource")).toContain(hub.cookieName);
  });
});

describe("code that publishes", () => {
  const fields: fc.Arbitrary<UpdateFields> = fc.record({
    topics: fc.array(line, { minLength: 1, maxLength: 3 }),
    data: hostile,
    type: fc.option(line, { nil: undefined }),
    id: fc.option(line, { nil: undefined }),
    retry: fc.constantFrom(undefined, "1500", "soon"),
    isPrivate: fc.boolean(),
  });
  const of = (wanted: UpdateFields, { count = 1, withToken = false } = {}) =>
    publishCode({ hub, fields: wanted, count, withToken });

  const pairsOf = (wanted: UpdateFields) => [
    ...wanted.topics.map((topic) => ["topic", topic]),
    ["data", wanted.data],
    ...(wanted.type === undefined ? [] : [["type", wanted.type]]),
    ...(wanted.id === undefined ? [] : [["id", wanted.id]]),
    ...(wanted.retry === undefined ? [] : [["retry", wanted.retry]]),
    ...(wanted.isPrivate ? [["private", "on"]] : []),
  ];
  const lineOf = (wanted: UpdateFields, n: number) => {
    const text = (value: string) => numbered(value, n);
    const { topics, data, type, id, retry, isPrivate } = wanted;
    return {
      topic: topics.length === 1 ? text(topics[0] ?? "") : topics.map(text),
      data: text(data),
      ...(type === undefined ? {} : { type: text(type) }),
      ...(id === undefined ? {} : { id: text(id) }),
      ...(retry === undefined ? {} : { retry }),
      ...(isPrivate ? { private: true } : {}),
    };
  };
  const parsedLines = (text: string) =>
    text
      .split("\n")
      .filter((each) => each !== "")
      .map((each) => JSON.parse(each));

  test("is short where it can be", () => {
    expect(of(fieldsOf(FIRST_DRAFT)).map(({ code }) => code)).toEqual([
      `curl -d topic=https://example.com/books/1 -d 'data={"title":"1984"}' ${ADDRESS}`,
      `const response = await fetch("${ADDRESS}", {
  method: "POST",
  body: new URLSearchParams({
    topic: "https://example.com/books/1",
    data: "{\\"title\\":\\"1984\\"}",
  }),
});
console.log(response.status, await response.text());`,
      `"use server";
import { publish } from "../runnel.ts";

export async function send() {
  await publish({
    topic: "https://example.com/books/1",
    data: { title: "1984" },
  });
}`,
    ]);
  });

  test("sends the same update, whatever the fields contain: curl", () => {
    fc.assert(
      fc.property(fields, (wanted) => {
        const { words } = runShell(codeOf(of(wanted, { withToken: true }), "curl"));
        const [flag, authorization, ...rest] = words;
        expect([flag, authorization]).toEqual(["-H", "Authorization: Bearer the token"]);
        expect(rest.pop()).toBe(ADDRESS);
        const sent = [];
        for (let at = 0; at < rest.length; at += 2) {
          const value = rest[at + 1] ?? "";
          const equals = value.indexOf("=");
          // A text that curl does not encode has to be form-encoded already.
          if (rest[at] === "-d")
            expect([...new URLSearchParams(value.replaceAll("=", "%3D"))].flat().join("")).toBe(
              value,
            );
          else expect(rest[at]).toBe("--data-urlencode");
          sent.push([value.slice(0, equals), value.slice(equals + 1)]);
        }
        expect(sent).toEqual(pairsOf(wanted));
      }),
      { numRuns: 60 },
    );
  });

  test("sends the same updates, whatever the fields contain: a burst by curl", () => {
    fc.assert(
      fc.property(fields, (wanted) => {
        const { words, input } = runShell(codeOf(of(wanted, { count: 3 }), "curl"));
        expect(words.at(-1)).toBe(ADDRESS);
        expect(parsedLines(input)).toEqual([1, 2, 3].map((n) => lineOf(wanted, n)));
      }),
      { numRuns: 40 },
    );
  });

  test("sends the same update, whatever the fields contain: fetch", async () => {
    await fc.assert(
      fc.asyncProperty(fields, fc.constantFrom(1, 3), async (wanted, count) => {
        const requests: [url: string, init: { headers?: unknown; body: unknown }][] = [];
        const code = codeOf(of(wanted, { count, withToken: true }), "fetch");
        await new Function("fetch", "token", "console", `return (async () => { ${code} })()`)(
          async (url: string, init: { body: unknown }) => {
            requests.push([url, init]);
            return new Response("id");
          },
          "t",
          { log() {} },
        );
        const [[url, { headers, body }] = ["", { body: "" }]] = requests;
        expect(url).toBe(ADDRESS);
        expect(headers).toMatchObject({ Authorization: "Bearer t" });
        if (count === 1) expect([...new URLSearchParams(String(body))]).toEqual(pairsOf(wanted));
        else expect(parsedLines(String(body))).toEqual([1, 2, 3].map((n) => lineOf(wanted, n)));
      }),
    );
  });

  test("sends the same update, whatever the fields contain: the server", async () => {
    await fc.assert(
      fc.asyncProperty(fields, fc.constantFrom(1, 3), async (wanted, count) => {
        const sent: Record<string, unknown>[] = [];
        const code = codeOf(of(wanted, { count }), "Server").replace(/^[\s\S]*?send\(\) /, "");
        await new Function("publish", `return (async () => ${code})()`)(
          async (update: Record<string, unknown>) => sent.push(update),
        );
        expect(
          sent.map(({ data, retry, ...rest }) => ({
            ...rest,
            data: typeof data === "string" ? data : JSON.stringify(data),
            ...(retry === undefined ? {} : { retry: String(retry) }),
          })),
        ).toEqual(
          count === 1
            ? [{ ...lineOf(wanted, 1), ...untouched(wanted) }]
            : [1, 2, 3].map((n) => lineOf(wanted, n)),
        );
      }),
    );
  });

  /** One update's fields, with `{n}` as it is. */
  function untouched({ topics, data, type, id }: UpdateFields) {
    return {
      topic: topics.length === 1 ? topics[0] : topics,
      data,
      ...(type === undefined ? {} : { type }),
      ...(id === undefined ? {} : { id }),
    };
  }
});
