import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { SignJWT } from "jose";
import { withFolder } from "../support/copy.ts";
import { HUB, listen, post, query } from "../support/hub.ts";
import { answers, connections, freePort, ROOT, withRunnel } from "../support/runnel.ts";

/** Returns the configuration in that language from docs/deploy/proxies.md. */
function documented(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(
    readFileSync(join(ROOT, "docs/deploy/proxies.md"), "utf8"),
  )?.[1];
  if (found === undefined)
    throw new Error(`docs/deploy/proxies.md has no ${language} configuration`);
  return found;
}

interface Proxy {
  readonly name: string;
  readonly version: string;
  /** Starts the proxy in the foreground, with a read timeout of two seconds. */
  start(folder: string, port: number, upstream: number): ChildProcess;
}

const TIMEOUT_SECONDS = 2;

const KEY = randomBytes(48).toString("base64");
/** A hub that other machines can reach needs keys: a playground answers no proxy. */
const KEYS = {
  MERCURE_PUBLISHER_JWT_KEY: KEY,
  MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
  MERCURE_RESOURCE_IDENTIFIER: `https://hub.example.com${HUB}`,
};

function publisherToken(): Promise<string> {
  const topics = [{ match: "*" }];
  const type = "https://mercure.rocks/authorization-detail";
  return new SignJWT({
    authorization_details: [{ type, actions: ["publish"], topics }],
    client_id: "https://app.example.com",
  })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .setIssuer(KEYS.MERCURE_TRUSTED_ISSUERS)
    .setAudience(KEYS.MERCURE_RESOURCE_IDENTIFIER)
    .setSubject("a")
    .setIssuedAt()
    .setExpirationTime("1h")
    .setJti(randomUUID())
    .sign(Buffer.from(KEY));
}

const nginx: Proxy = {
  name: "nginx",
  version: "-v",
  start(folder, port, upstream) {
    const location = documented("nginx").replace("127.0.0.1:3000", `127.0.0.1:${upstream}`);
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    mkdirSync(join(folder, "logs"));
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events { worker_connections 256; }
http {
  access_log off; gzip on;
  proxy_read_timeout ${TIMEOUT_SECONDS}s;
  ${temp.map((each) => `${each}_temp_path ${folder}/${each};`).join(" ")}
  server { listen 127.0.0.1:${port}; ${location} }
}`,
    );
    const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
    return spawn("nginx", args, { stdio: "ignore" });
  },
};

const caddy: Proxy = {
  name: "caddy",
  version: "version",
  start(folder, port, upstream) {
    const site = documented("caddy")
      .replace(/^\S+ \{/m, `http://127.0.0.1:${port} {`)
      .replace(
        /reverse_proxy 127\.0\.0\.1:3000\n/,
        `reverse_proxy 127.0.0.1:${upstream} {\ntransport http {\nread_timeout ${TIMEOUT_SECONDS}s\n}\n}\n`,
      );
    writeFileSync(join(folder, "Caddyfile"), `{\nadmin off\nauto_https off\n}\n${site}`);
    const args = ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: folder, XDG_DATA_HOME: folder, NODE_ENV: "test" as const };
    return spawn("caddy", args, { stdio: "ignore", env });
  },
};

function isInstalled({ name, version }: Proxy): boolean {
  try {
    execFileSync(name, [version], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

for (const proxy of [nginx, caddy]) {
  test(`${proxy.name} with the documented configuration buffers nothing, and a silent stream outlives its timeout`, async () => {
    test.skip(
      !isInstalled(proxy),
      `${proxy.name} is not installed: install the package ${proxy.name}`,
    );
    await withFolder(async (folder) => {
      await withRunnel({ env: { HEARTBEAT_SECONDS: "0.8", ...KEYS } }, async (runnel) => {
        const port = await freePort();
        const child = proxy.start(folder, port, runnel.port);
        const closed = new Promise((resolve) => child.on("close", resolve));
        const outside = { url: `http://127.0.0.1:${port}` };
        const headersOf = { Authorization: `Bearer ${await publisherToken()}` };
        const publishThrough = async (data: string) => {
          const response = await post(outside, { topic: "a", data }, { headers: headersOf });
          expect(response.status).toBe(200);
          return response.text();
        };
        try {
          await expect.poll(() => answers(`${outside.url}/api/health`)).toBe(true);
          const headers = { "Accept-Encoding": "gzip, br, zstd" };
          const listener = await listen(outside, { at: query("match", "a"), headers });
          expect(listener.status).toBe(200);
          expect(listener.headers["content-encoding"]).toBeUndefined();
          const from = performance.now();
          const first = await publishThrough("first");
          await expect.poll(() => listener.events.length, { intervals: [5] }).toBe(1);
          expect(performance.now() - from).toBeLessThan(300);
          // The silence lasts longer than the proxy's timeout.
          await expect.poll(() => listener.comments).toBeGreaterThanOrEqual(4);
          await publishThrough("second");
          await expect.poll(listener.data).toEqual(["first", "second"]);
          expect(listener.end).toBe("open");
          listener.leave();
          const again = { "Last-Event-ID": first };
          const resumed = await listen(outside, {
            at: `${HUB}${query("match", "a")}`,
            headers: again,
          });
          await expect.poll(resumed.data).toEqual(["second"]);
          resumed.leave();
          await expect.poll(connections(runnel)).toBe(0);
        } finally {
          child.kill();
          await closed;
        }
      });
    });
  });
}
