import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { HUB, publish } from "../support/hub.ts";
import { connections, ROOT, type Runnel, startRunnel } from "../support/runnel.ts";

// Next's own addresses and fields, found in its sources (dist/server, dist/next-devtools/server). Some of them run a route inside the
// process. The list omits the three that start a program or stop the server (launch-editor, attach-nodejs-inspector, restart_dev).
const IMAGES = ["/api/stream", "/stream", `${HUB}?match=*&last_event_id=earliest`].flatMap((path) =>
  [path, `${path}#1`].map((each) => `/_next/image?url=${encodeURIComponent(each)}&w=32&q=75`),
);

const addressesOf = (build: string) => [
  ...IMAGES,
  "/_next/image",
  "/_next/image/",
  `/_next/data/${build}/api/stream.json`,
  `/_next/data/${build}/index.json`,
  "/_next/static/../../api/stream",
  "/_next/static/%2e%2e/%2e%2e/api/stream",
  "/_next/static/chunks/nothing.js",
  "/_next/mcp",
  "/_next/development/request-insights",
  "/_next/hmr",
  "/_next/webpack-hmr",
  "/_next/nothing",
  "/__nextjs_original-stack-frame",
  "/__nextjs_original-stack-frames",
  "/__nextjs_source-map?filename=%2Fapi%2Fstream",
  "/__nextjs_font/geist-latin.woff2",
  "/__nextjs_disable_dev_indicator",
  "/__nextjs_devtools_config",
  "/__nextjs_server_status",
  "/.well-known/appspecific/com.chrome.devtools.json",
  "/favicon.ico",
  "/_app",
  "/_document",
  "/_error",
  "/_not-found",
  "/_global-error",
  "/400",
  "/404",
  "/500",
  "/%5Fnext/image?url=%2Fapi%2Fstream&w=32&q=75",
  "/api/stream?_rsc=1",
  "/?_rsc=1",
];

/** Header fields that have a meaning for Next, for a stream and for a page. */
const FIELDS = [
  "RSC: 1",
  "RSC: 1\r\nNext-Router-Prefetch: 1",
  "RSC: 1\r\nNext-Router-Segment-Prefetch: /_tree",
  `Next-Action: ${"0".repeat(42)}`,
  "Next-URL: /api/stream",
  "X-Middleware-Rewrite: /api/stream",
  "X-Middleware-Subrequest: proxy:proxy:proxy:proxy:proxy",
  "X-Middleware-Prefetch: 1",
  "X-Middleware-Invoke: 1",
  "X-Now-Route-Matches: 1=api/stream",
  "X-Matched-Path: /api/stream",
  "X-Invoke-Path: /api/stream",
  "X-Invoke-Output: /api/stream",
  "X-Nextjs-Data: 1",
  "X-Prerender-Revalidate: 1",
  "X-Action-Redirect: /api/stream",
  "X-Action-Forwarded: 1",
  "Next-Resume: 1",
];

const KEPT = "kept for this machine alone";
const ELSEWHERE = "Origin: https://evil.example\r\nReferer: https://evil.example/";
const AS_IMAGE =
  "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\nReferer: https://evil.example/";

interface Asked {
  answer(): string;
  leave(): void;
}

/** Sends a request on a socket of its own, and reads until it is closed. */
function ask({ port }: Runnel, method: string, path: string, fields: string): Asked {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
  });
  socket.on("error", () => {});
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, fields].filter(Boolean);
  const length = method === "POST" ? ["Content-Length: 2", "", "[]"] : ["", ""];
  socket.write([...lines, ...length].join("\r\n"));
  return { answer: () => text, leave: () => socket.destroy() };
}

type Request = readonly [method: string, path: string, fields: string];

/**
 * Sends each request several times at once. Asserts that all are answered, and that nothing stays open when all clients have disconnected.
 */
async function expectNothingLeft(
  runnel: Runnel,
  times: number,
  requests: readonly Request[],
): Promise<void> {
  const asked = requests.flatMap((request) =>
    Array.from({ length: times }, () => ({ request, ...ask(runnel, ...request) })),
  );
  const unanswered = () =>
    asked.filter(({ answer }) => !answer().startsWith("HTTP/1.1 ")).map(({ request }) => request);
  await expect.poll(unanswered, { timeout: 90_000 }).toEqual([]);
  for (const { leave } of asked) leave();
  await expect.poll(connections(runnel)).toBe(0);
  for (const { request, answer } of asked) expect(answer(), request.join(" ")).not.toContain(KEPT);
}

for (const mode of ["start", "dev"] as const) {
  test.describe(`Next's own addresses, ${mode},`, () => {
    let runnel: Runnel;

    test.beforeAll(async () => {
      test.setTimeout(120_000);
      runnel = await startRunnel({ mode, env: { DRAIN_SECONDS: "0", LOG_LEVEL: "silent" } });
      await publish(runnel, { topic: "a", data: KEPT });
    });
    test.afterAll(() => runnel.stop());

    test("leave no stream behind, and send nothing of a playground to a page of another origin", async () => {
      test.setTimeout(180_000);
      const build =
        mode === "dev" ? "development" : readFileSync(join(ROOT, ".next/BUILD_ID"), "utf8");
      // `next dev` needs time for each request.
      await expectNothingLeft(runnel, mode === "dev" ? 1 : 4, [
        ...addressesOf(build).flatMap((path) => [
          ["GET", path, ""] as const,
          ["HEAD", path, ""] as const,
          ["POST", path, ELSEWHERE] as const,
          ["GET", path, AS_IMAGE] as const,
        ]),
        ...FIELDS.flatMap((fields) => [
          ["GET", "/api/stream", fields] as const,
          ["HEAD", "/api/stream", fields] as const,
          ["POST", "/api/stream", `${fields}\r\n${ELSEWHERE}`] as const,
          ["GET", "/", fields] as const,
          ["POST", "/", fields] as const,
          ["GET", `${HUB}?match=*&last_event_id=earliest`, `${fields}\r\n${ELSEWHERE}`] as const,
          ["POST", "/examples/text", `${fields}\r\n${ELSEWHERE}`] as const,
        ]),
      ]);
    });
  });
}

test("forty images on a page of another origin leave no stream in a playground", async ({
  page,
}) => {
  const runnel = await startRunnel({ env: { DRAIN_SECONDS: "0" } });
  const elsewhere = createServer((_, response) => {
    const images = Array.from({ length: 40 }, (_, n) => {
      const url = encodeURIComponent(`/api/stream#${n}`);
      return `<img src="${runnel.url}/_next/image?url=${url}&w=32&q=75">`;
    });
    response.setHeader("Content-Type", "text/html").end(images.join(""));
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  try {
    const { port } = elsewhere.address() as AddressInfo;
    // When the page has loaded, all images have been answered with an error.
    await page.goto(`http://localhost:${port}/`, { waitUntil: "load" });
    expect(await page.locator("img").count()).toBe(40);
    expect(await connections(runnel)()).toBe(0);
  } finally {
    elsewhere.close();
    elsewhere.closeAllConnections();
    await runnel.stop();
  }
});
