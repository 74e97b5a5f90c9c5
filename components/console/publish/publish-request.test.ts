import { expect, test } from "vitest";
import { FIRST_DRAFT, fieldsOf } from "./draft.ts";
import { type Publisher, publishBurst, publishOne } from "./publish-request.ts";

interface Request {
  readonly url: string;
  readonly init: RequestInit;
}

function setUp(answer: (request: Request) => Response | Promise<Response>, token?: string) {
  const requests: Request[] = [];
  let clock = 0;
  const publisher: Publisher = {
    path: "/hub",
    token,
    fetch: async (url, init = {}) => {
      const request = { url: String(url), init };
      requests.push(request);
      clock += 10;
      return answer(request);
    },
    elapsed: () => clock,
  };
  return { publisher, requests };
}

const fields = fieldsOf({ ...FIRST_DRAFT, topics: "a\n\n b \n", type: "book", isPrivate: true });

test("one update is sent as a form with all its topics, and empty fields are left out", async () => {
  const { publisher, requests } = setUp(() => new Response("urn:uuid:1"), "secret");
  expect(await publishOne(publisher, fields)).toEqual({ ok: true, ids: ["urn:uuid:1"], ms: 10 });
  const [{ url, init } = { url: "", init: {} }] = requests;
  expect(url).toBe("/hub");
  expect(init).toMatchObject({
    method: "POST",
    credentials: "omit",
    headers: { Authorization: "Bearer secret" },
  });
  expect(String(init.body)).toBe(
    "topic=a&topic=b&data=%7B%22title%22%3A%221984%22%7D&type=book&private=on",
  );
});

test("no Authorization field is sent without a token", async () => {
  const { publisher, requests } = setUp(() => new Response("id"));
  await publishOne(publisher, fields);
  expect(new Headers(requests[0]?.init.headers).has("authorization")).toBe(false);
});

test("a refusal is reported with the text of the hub or of the proxy, and a missing answer as missing", async () => {
  const document = { title: "Bad update", detail: "topic is empty" };
  const bad = setUp(() => new Response(JSON.stringify(document), { status: 400 }));
  expect(await publishOne(bad.publisher, fields)).toEqual({
    ok: false,
    status: 400,
    ms: 10,
    ...document,
  });
  const proxy = setUp(
    () => new Response("<h1>oh</h1>", { status: 502, statusText: "Bad Gateway" }),
  );
  expect(await publishOne(proxy.publisher, fields)).toMatchObject({
    status: 502,
    title: "Bad Gateway",
    detail: "<h1>oh</h1>",
  });
  const gone = setUp(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(await publishOne(gone.publisher, fields)).toMatchObject({
    status: undefined,
    title: "No answer",
  });
});

test("a burst is sent in batches, each update with its number, and its progress is reported", async () => {
  const { publisher, requests } = setUp(({ init }) => {
    const ids = String(init.body)
      .split("\n")
      .map((line) => `id of ${JSON.parse(line).data}`);
    return new Response(`${ids.join("\n")}\n`);
  });
  const progress: number[] = [];
  const answer = await publishBurst(
    publisher,
    {
      fields: { ...fields, data: "number {n}" },
      count: 1_200,
      signal: new AbortController().signal,
    },
    ({ published }) => progress.push(published),
  );
  expect(progress).toEqual([1_000, 1_200]);
  expect(requests).toHaveLength(2);
  expect(answer).toMatchObject({ ok: true, ms: 20 });
  expect(answer.ok && [answer.ids.length, answer.ids[0], answer.ids[1_199]]).toEqual([
    1_200,
    "id of number 1",
    "id of number 1200",
  ]);
});

test("a burst ends at the first refusal, and when it is stopped", async () => {
  const refused = setUp(() => new Response("{}", { status: 503 }));
  const signal = new AbortController().signal;
  expect(
    await publishBurst(refused.publisher, { fields, count: 2_000, signal }, () => {}),
  ).toMatchObject({
    ok: false,
    status: 503,
  });
  expect(refused.requests).toHaveLength(1);
  const stop = new AbortController();
  const stopped = setUp(() => new Response("id"));
  const answer = await publishBurst(
    stopped.publisher,
    { fields, count: 2_000, signal: stop.signal },
    () => stop.abort(),
  );
  expect(stopped.requests).toHaveLength(1);
  expect(answer.ok).toBe(true);
});

test("updates with much data are sent in smaller batches", async () => {
  const { publisher, requests } = setUp(() => new Response("id"));
  const large = { ...fields, data: "x".repeat(200_000) };
  await publishBurst(
    publisher,
    { fields: large, count: 5, signal: new AbortController().signal },
    () => {},
  );
  expect(requests).toHaveLength(3);
});
