import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { ask } from "../support/ask.ts";
import { HUB, listen, numbered, post, publish, publishAll, query } from "../support/hub.ts";
import { connections, type Mode, type Runnel, startRunnel } from "../support/runnel.ts";

const run = promisify(execFile);

// The contract is the same for every server of the project.
const MODES: readonly Mode[] = ["start", "dev", "standalone"];
const STREAMS = ["/api/stream", "/stream", HUB];

/** In a playground, `*` also delivers subscription events. */
const isOwn = (data: string) => !data.startsWith("{");

for (const mode of MODES) {
  test.describe(`the hub's wire, ${mode}`, () => {
    let runnel: Runnel;

    test.beforeAll(async () => {
      test.setTimeout(120_000);
      runnel = await startRunnel({ mode });
      // `next dev` compiles a route at its first request.
      for (const path of STREAMS) await fetch(`${runnel.url}${path}`, { method: "HEAD" });
    });

    test.afterEach(async () => {
      await expect.poll(connections(runnel)).toBe(0);
    });

    test.afterAll(async () => {
      await runnel.stop();
      expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
    });

    test("an update that curl publishes reaches a stream within 300 ms, with the id of the answer to curl", async () => {
      const listener = await listen(runnel, { at: query("match", "curl") });
      const from = performance.now();
      const form = [
        "--data-urlencode",
        "topic=curl",
        "--data-urlencode",
        "data=a\nb",
        "-d",
        "type=t",
      ];
      const { stdout } = await run("curl", ["-sS", "-f", ...form, `${runnel.url}${HUB}`]);
      await expect.poll(() => listener.events.length, { intervals: [5] }).toBe(1);
      expect(performance.now() - from).toBeLessThan(300);
      expect(listener.events).toEqual([{ id: stdout, type: "t", data: "a\nb" }]);
      listener.leave();
    });

    for (const to of STREAMS) {
      test(`an update that is published at ${to} is received at each address`, async () => {
        const listeners = await Promise.all(
          STREAMS.map((path) => listen(runnel, { at: `${path}${query("match", "addresses")}` })),
        );
        const response = await post(runnel, { topic: "addresses", data: to }, { path: to });
        expect(response.status).toBe(200);
        const id = await response.text();
        for (const listener of listeners) {
          await expect.poll(() => listener.events).toEqual([{ id, type: "message", data: to }]);
          listener.leave();
        }
      });
    }

    test("a batch of 3,000 arrives complete, in its order, and fast", async () => {
      const listener = await listen(runnel, { at: query("match", "batch") });
      const data = numbered("update ", 3_000);
      const from = performance.now();
      const ids = await publishAll(
        runnel,
        data.map((each) => ({ topic: "batch", data: each })),
      );
      await expect.poll(() => listener.events.length, { intervals: [20] }).toBe(3_000);
      expect(performance.now() - from).toBeLessThan(3_000);
      expect(listener.data()).toEqual(data);
      expect(listener.events.map(({ id }) => id)).toEqual(ids);
      listener.leave();
    });

    test("a matcher is a topic, a pattern, or all topics, and several matchers are one stream", async () => {
      const all = {
        exact: query("match", "https://example.com/books/1"),
        pattern: query("match_urlpattern", "https://example.com/books/:id"),
        two: query("match", "https://example.com/books/2", "https://example.com/books/3"),
        any: query("match", "*"),
      };
      const listeners = Object.fromEntries(
        await Promise.all(
          Object.entries(all).map(
            async ([name, at]) => [name, await listen(runnel, { at })] as const,
          ),
        ),
      );
      for (const path of ["books/1", "books/2", "films/1", "books/3"]) {
        await publish(runnel, { topic: `https://example.com/${path}`, data: path });
      }
      const got = () =>
        Object.fromEntries(
          Object.entries(listeners).map(([name, each]) => [name, each.data().filter(isOwn)]),
        );
      await expect.poll(got).toEqual({
        exact: ["books/1"],
        pattern: ["books/1", "books/2", "books/3"],
        two: ["books/2", "books/3"],
        any: ["books/1", "books/2", "films/1", "books/3"],
      });
      for (const listener of Object.values(listeners)) listener.leave();
    });

    test("a client that accepts gzip gets the stream without compression", async () => {
      const listener = await listen(runnel, {
        at: query("match", "gzip"),
        headers: { "Accept-Encoding": "gzip, deflate, br, zstd" },
      });
      expect(listener.headers).toMatchObject({
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      });
      expect(listener.headers["content-encoding"]).toBeUndefined();
      await publish(runnel, { topic: "gzip", data: "plain" });
      await expect.poll(listener.data).toEqual(["plain"]);
      listener.leave();
    });

    test("the first heartbeat that a script sees has the id at which the stream begins", async () => {
      const id = await publish(runnel, { topic: "begin", data: "0" });
      const at = `${query("match", "begin")}&heartbeat=event`;
      const fromNow = await listen(runnel, { at });
      const resumed = await listen(runnel, { at: `${at}&last_event_id=${id}` });
      const beat = { type: "runnel:heartbeat", data: "15" };
      await expect.poll(() => resumed.events).toEqual([{ ...beat, id }]);
      await expect.poll(() => fromNow.events).toMatchObject([beat]);
      const rest = await listen(runnel, {
        at: `${query("match", "begin")}&last_event_id=${fromNow.events[0]?.id}`,
      });
      expect(rest.headers["mercure-last-event-id"]).toBe(fromNow.events[0]?.id);
      await publish(runnel, { topic: "begin", data: "1" });
      await expect.poll(rest.data).toEqual(["1"]);
      for (const each of [fromNow, resumed, rest]) each.leave();
    });

    test("a stream ends with its token although its reader has stalled, and the updates in the buffer never arrive", async () => {
      const minted = await fetch(`${runnel.url}/console/token`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ subscribe: [{ match: "stalled" }], expiresIn: 3 }),
      });
      const { token, expiresAt } = await minted.json();
      const socket = connect(runnel.port, "127.0.0.1").on("error", () => {});
      socket.write(
        `GET ${HUB}?match=stalled HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      await once(socket, "data");
      socket.pause();
      for (let n = 0; n < 20; n += 1) {
        const data = "x".repeat(1_000_000);
        await publish(runnel, { topic: "stalled", data, private: "on" });
      }
      expect(Date.now()).toBeLessThan(expiresAt);
      expect(await connections(runnel)()).toBe(1);
      await expect.poll(connections(runnel)).toBe(0);
      expect(Date.now()).toBeLessThan(expiresAt + 5_000);
      let received = 0;
      socket.on("data", (bytes) => {
        received += bytes.length;
      });
      socket.resume();
      if (!socket.closed) await once(socket, "close");
      // The client's kernel had these bytes already. The server's kernel buffered some megabytes more.
      expect(received).toBeLessThan(2_000_000);
    });

    test("HEAD opens no stream, OPTIONS lists the allowed methods, and a wrong request is answered with a problem document", async () => {
      const hub = `${runnel.url}${HUB}`;
      const head = await fetch(`${hub}?match=a`, { method: "HEAD" });
      expect(head.status).toBe(200);
      expect(head.headers.get("content-type")).toBe("text/event-stream");
      expect(await connections(runnel)()).toBe(0);
      const options = await fetch(hub, { method: "OPTIONS" });
      expect(options.status).toBe(204);
      expect(options.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
      for (const [answer, status, problem] of [
        [await fetch(hub), 400, "bad-matcher"],
        [await fetch(`${hub}?matchPrefix=a`), 400, "bad-matcher"],
        [await fetch(hub, { method: "PUT" }), 405, "method-not-allowed"],
        [await fetch(hub, { method: "POST", body: "{}" }), 415, "wrong-media-type"],
        [await post(runnel, { topic: "*" }), 400, "bad-update"],
        [await post(runnel, { topic: "a", data: "x".repeat(1_100_000) }), 413, "too-large"],
      ] as const) {
        expect(answer.status, problem).toBe(status);
        expect(answer.headers.get("content-type")).toBe("application/problem+json");
        expect(await answer.json()).toMatchObject({
          status,
          type: `urn:runnel:problem:${problem}`,
        });
      }
    });

    test("an unknown address below the hub's is refused with a problem document, whatever the method", async () => {
      const below = [`${HUB}/x`, `${HUB}/x/y?match=a`, "/.well-known/oauth-protected-resource/x"];
      for (const path of below) {
        for (const method of ["GET", "POST", "PUT", "DELETE"]) {
          const response = await fetch(`${runnel.url}${path}`, { method });
          const isMetadata = path.includes("oauth") && method !== "GET";
          expect(response.status, `${method} ${path}`).toBe(isMetadata ? 405 : 404);
          expect(response.headers.get("content-type")).toBe("application/problem+json");
          expect(await response.json()).toMatchObject({ title: expect.any(String) });
        }
      }
    });

    test("a query that is not UTF-8 is refused with 400 over the wire, in every parameter", async () => {
      const wrong = ["%ff", "%C3%28", "%ED%A0%80"].map((value) => `match=${value}`);
      for (const of of [...wrong, "match=a&x=%ff", "match=a&%ff=1"]) {
        const answer = await ask(runnel, { path: `${HUB}?${of}` });
        expect(answer.statusCode, of).toBe(400);
        expect(await text(answer), of).toContain("is not valid UTF-8");
      }
      const path = await ask(runnel, { path: `${HUB}/subscriptions/exact/%ff` });
      expect(path.statusCode).toBe(400);
      expect(await text(path)).toContain("urn:runnel:problem:bad-target");
    });

    test("a request target in absolute form is answered like its path and query", async () => {
      const path = `http://localhost:${runnel.port}${HUB}${query("match", "é", "absolute")}`;
      const listener = await listen(runnel, { at: query("match", "é"), path });
      expect(listener.status).toBe(200);
      await publish(runnel, { topic: "é", data: "1" });
      await publish(runnel, { topic: "absolute", data: "2" });
      await expect.poll(listener.data).toEqual(["1", "2"]);
      listener.leave();
      // The host of the target counts, not the one of the Host header. Here it decides whether the playground answers.
      const other = `http://hub.example.com${HUB}?match=a`;
      const refused = await ask(runnel, { path: other, headers: { Host: "localhost" } });
      expect(refused.statusCode).toBe(403);
      expect(await text(refused)).toContain("urn:runnel:problem:wrong-host");
    });

    test("a head of 64 KiB is accepted; a larger one is refused with 431, which any page may read", async () => {
      const topics = numbered("x".repeat(2_000), 30);
      const listener = await listen(runnel, { at: query("match", ...topics) });
      expect(listener.status).toBe(200);
      listener.leave();
      const answer = await ask(runnel, { path: `${HUB}?match=${"x".repeat(66_000)}` });
      expect(answer.statusCode).toBe(431);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(await text(answer))).toMatchObject({
        type: "urn:runnel:problem:head-too-large",
        detail: expect.stringContaining("65536 bytes"),
      });
    });

    test("a method that no route knows is refused with 405, and OPTIONS * is answered", async () => {
      for (const method of ["TRACE", "PROPFIND", "CONNECT"]) {
        const answer = await ask(runnel, { method, path: method === "CONNECT" ? "a:443" : "/" });
        expect(answer.statusCode, method).toBe(405);
        expect(answer.headers.allow).toBe("GET, HEAD, POST, OPTIONS");
      }
      const server = await ask(runnel, { method: "OPTIONS", path: "*" });
      expect(server.statusCode).toBe(204);
    });

    test("the subscription API finds percent-encoded topics and ids, including slashes", async () => {
      const matches = {
        exact: ["https://example.com/a/b", "livre/été 100%", "本/😀?#"],
        urlpattern: ["https://example.com/:id"],
      };
      const listener = await listen(runnel, {
        at: `${query("match", ...matches.exact)}&${query("match_urlpattern", ...matches.urlpattern).slice(1)}`,
      });
      const own = matches.exact.concat(matches.urlpattern);
      const at = (path: string) => fetch(`${runnel.url}${path}`);
      const api = `${HUB}/subscriptions`;
      await expect
        .poll(async () => (await (await at(api)).json()).subscriptions)
        .toMatchObject(own.map((match) => ({ match, active: true })));
      for (const [type, list] of Object.entries(matches)) {
        for (const match of list) {
          const path = `${api}/${type}/${encodeURIComponent(match)}`;
          const found = await (await at(path)).json();
          expect(found).toMatchObject({ id: path, subscriptions: [{ match, match_type: type }] });
          const { id, subscriber } = found.subscriptions[0];
          expect(id).toBe(`${path}/${encodeURIComponent(subscriber)}`);
          const one = await at(id);
          expect(one.headers.get("content-type")).toBe("application/json");
          expect(await one.json()).toEqual(found.subscriptions[0]);
        }
      }
      expect((await at(`${api}/exact/nobody/urn%3Auuid%3A1`)).status).toBe(404);
      expect((await at(`${api}/exact/https://example.com/a/b`)).status).toBe(404);
      listener.leave();
    });
  });
}
