import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { withFolder } from "../support/copy.ts";
import { HUB } from "../support/hub.ts";
import { answers, freePort, type Runnel, startRunnel } from "../support/runnel.ts";

interface Proxy {
  readonly name: string;
  readonly version: string;
  /** Starts the proxy in the foreground. It forwards with the program's defaults. */
  start(folder: string, port: number, upstream: number): ChildProcess;
}

const nginx: Proxy = {
  name: "nginx",
  version: "-v",
  start(folder, port, upstream) {
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((each) => `${each}_temp_path ${folder}/${each};`)
      .join(" ");
    mkdirSync(join(folder, "logs"));
    const config = join(folder, "nginx.conf");
    writeFileSync(
      config,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
events { worker_connections 64; }
http {
  access_log off; ${temp}
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstream}; } }
}`,
    );
    return spawn("nginx", ["-p", folder, "-c", config, "-e", "stderr"], { stdio: "ignore" });
  },
};

const haproxy: Proxy = {
  name: "haproxy",
  version: "-v",
  start(folder, port, upstream) {
    const config = join(folder, "haproxy.cfg");
    writeFileSync(
      config,
      `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen hub
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${upstream}
`,
    );
    return spawn("haproxy", ["-db", "-f", config], { stdio: "ignore" });
  },
};

const caddy: Proxy = {
  name: "caddy",
  version: "version",
  start(folder, port, upstream) {
    const args = ["reverse-proxy", "--from", `http://:${port}`, "--to", `127.0.0.1:${upstream}`];
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

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const JSON_BODY = { "Content-Type": "application/json" };
const TOKEN = '{"publish":[{"match":"*"}]}';

/** All routes that a playground answers for this machine only. */
const ASKED = [
  ["POST", HUB, FORM, "topic=a&data=b"],
  ["GET", `${HUB}?match=*`, {}, ""],
  ["GET", `${HUB}/subscriptions`, {}, ""],
  ["POST", "/console/token", JSON_BODY, TOKEN],
  ["POST", "/console/inspect", { "Content-Type": "text/plain" }, "a.b.c"],
  ["GET", "/api/metrics", {}, ""],
  ["GET", "/examples", {}, ""],
] as const;

/** Returns the status of each of these routes, requested under a host name. */
async function statuses(port: number, host: string): Promise<(number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (const [method, path, headers, body] of ASKED) {
    found.push(
      await new Promise<number | undefined>((resolve, reject) => {
        const sent = request(
          {
            port,
            host: "127.0.0.1",
            method,
            path,
            agent: false,
            headers: { ...headers, Host: host },
          },
          (response) => {
            resolve(response.statusCode);
            response.destroy();
          },
        );
        sent.on("error", reject).end(body);
      }),
    );
  }
  return found;
}

const REFUSED = [403, 403, 403, 403, 403, 404, 404];
const ANSWERED = [200, 200, 200, 200, 400, 200, 200];

test.describe("a playground", () => {
  let runnel: Runnel;

  test.beforeAll(async () => {
    runnel = await startRunnel({ env: { DRAIN_SECONDS: "0" } });
  });
  test.afterAll(() => runnel.stop());

  async function through(proxy: Proxy, use: (port: number) => Promise<void>): Promise<void> {
    test.skip(!isInstalled(proxy), `${proxy.name} is not installed: install its package`);
    await withFolder(async (folder) => {
      const port = await freePort();
      const child = proxy.start(folder, port, runnel.port);
      const closed = new Promise((resolve) => child.on("close", resolve));
      try {
        await expect.poll(() => answers(`http://127.0.0.1:${port}/api/health`)).toBe(true);
        await use(port);
      } finally {
        child.kill();
        await closed;
      }
    });
  }

  test("answers this machine, and warns at its start that it must not run behind a proxy", async () => {
    expect(await statuses(runnel.port, "localhost")).toEqual(ANSWERED);
    expect(runnel.output()).toContain("it must not stand behind a proxy");
  });

  test("refuses nginx with its defaults, which sends the upstream's Host over HTTP/1.0", async () => {
    await through(nginx, async (port) => {
      for (const host of ["hub.example.com", "localhost"]) {
        expect(await statuses(port, host)).toEqual(REFUSED);
      }
    });
  });

  test("refuses Caddy with its defaults, whatever the Host", async () => {
    await through(caddy, async (port) => {
      for (const host of ["hub.example.com", "localhost"]) {
        expect(await statuses(port, host)).toEqual(REFUSED);
      }
    });
  });

  test("refuses HAProxy with its defaults if the Host is another machine's, and can't tell it from a local client otherwise", async () => {
    await through(haproxy, async (port) => {
      expect(await statuses(port, "hub.example.com")).toEqual(REFUSED);
      // HAProxy adds no header that the hub could notice. docs/deploy/proxies.md says: set the keys before a proxy forwards to the hub.
      expect(await statuses(port, "localhost")).toEqual(ANSWERED);
    });
  });

  test("asks the operator of a refused proxy to set the keys first", async () => {
    const response = await fetch(`${runnel.url}${HUB}?match=a`, { headers: { Via: "1.1 proxy" } });
    expect(await response.json()).toMatchObject({
      type: "urn:runnel:problem:wrong-host",
      detail: expect.stringContaining("set MERCURE_PUBLISHER_JWT_KEY before anything forwards"),
    });
  });
});
