import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { HUB, listen, post, publish } from "../support/hub.ts";
import { answers, connections, freePort, ROOT, withRunnel } from "../support/runnel.ts";

const NEXT = join(ROOT, "node_modules/next/dist/bin/next");

/** Servers that are started without the launcher. */
const BARE = {
  "next start": (port: string) => [NEXT, "start", "-H", "127.0.0.1", "-p", port],
  "next dev": (port: string) => [NEXT, "dev", "-H", "127.0.0.1", "-p", port],
  "node server.js": () => [join(ROOT, "build/standalone/server.js")],
};

test("on loopback every client may publish, and the start says so", async () => {
  await withRunnel({}, async (runnel) => {
    await publish(runnel, { topic: "a", data: "b" });
    expect(runnel.output()).toContain("a playground: anybody on this machine may publish");
  });
});

for (const [name, args] of Object.entries(BARE)) {
  test(`a bare \`${name}\` without a key is no playground`, async () => {
    const port = String(await freePort());
    const { PATH = "", HOME = "" } = process.env;
    const child: ChildProcess = spawn(process.execPath, args(port), {
      cwd: ROOT,
      stdio: "ignore",
      env: {
        PATH,
        HOME,
        NODE_ENV: name === "next dev" ? "development" : "production",
        NEXT_TELEMETRY_DISABLED: "1",
        HISTORY_URL: "memory:",
        HOSTNAME: "127.0.0.1",
        PORT: port,
      },
    });
    const closed = new Promise((resolve) => child.on("close", resolve));
    try {
      const url = `http://127.0.0.1:${port}`;
      await expect.poll(() => answers(`${url}/api/health`), { timeout: 40_000 }).toBe(true);
      const response = await post({ url }, { topic: "a", data: "b" });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer resource_metadata=/);
      expect((await fetch(`${url}/api/metrics`)).status).toBe(404);
    } finally {
      child.kill();
      await closed;
    }
  });
}

test("on an address that other machines can reach, no client may publish without a key", async () => {
  await withRunnel({ env: { HOST: "0.0.0.0" } }, async (runnel) => {
    expect((await post(runnel, { topic: "a", data: "b" })).status).toBe(401);
    expect(runnel.output()).toContain("nobody may publish over HTTP");
  });
});

test("a page of another origin can neither publish to a playground nor read it", async ({
  page,
}) => {
  const elsewhere = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html").end("<title>elsewhere</title>");
  }).listen(0, "127.0.0.1");
  try {
    await withRunnel({}, async (runnel) => {
      const before = await publish(runnel, { topic: "all", data: "before" });
      const { port } = elsewhere.address() as AddressInfo;
      // Another port is another origin, but the same site. Another host name is another site.
      for (const host of ["127.0.0.1", "localhost"]) {
        await page.goto(`http://${host}:${port}/`);
        const got = await page.evaluate(async (hub) => {
          const body = new URLSearchParams({ topic: "all", data: "from elsewhere" });
          await fetch(hub, { method: "POST", mode: "no-cors", body }).catch(() => {});
          navigator.sendBeacon(hub, body);
          const stream = `${hub}?match=all&last_event_id=earliest`;
          const read = await fetch(stream).then(
            () => "fetch read it",
            () => "fetch failed",
          );
          const source = new EventSource(stream);
          const heard = await new Promise<string>((resolve) => {
            source.onmessage = () => resolve("EventSource read it");
            source.onerror = () => resolve("EventSource failed");
          });
          source.close();
          return [read, heard];
        }, `${runnel.url}${HUB}`);
        expect(got).toEqual(["fetch failed", "EventSource failed"]);
      }
      const after = await publish(runnel, { topic: "all", data: "after" });
      const listener = await listen(runnel, { at: "?match=all&last_event_id=earliest" });
      await expect.poll(() => listener.events.map(({ id }) => id)).toEqual([before, after]);
      listener.leave();
      await expect.poll(connections(runnel)).toBe(0);
    });
  } finally {
    elsewhere.close();
    elsewhere.closeAllConnections();
  }
});

test("a host name of DNS rebinding is refused", async () => {
  await withRunnel({}, async (runnel) => {
    const ask = (method: string, path: string) =>
      new Promise<string>((resolve, reject) => {
        const body = method === "POST" ? "topic=a&data=b" : "";
        const type = "application/x-www-form-urlencoded";
        const socket = connect(runnel.port, "127.0.0.1");
        socket.end(
          `${method} ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        let answer = "";
        socket.on("data", (data: Buffer) => {
          answer += data.toString();
        });
        socket.on("close", () => resolve(answer)).on("error", reject);
      });
    for (const [method, path] of [
      ["POST", HUB],
      ["GET", `${HUB}?match=a`],
      ["GET", `${HUB}/subscriptions`],
    ] as const) {
      const answer = await ask(method, path);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain("urn:runnel:problem:wrong-host");
    }
    expect(await ask("GET", "/api/metrics")).toMatch(/^HTTP\/1\.1 404 /);
  });
});
