import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "@playwright/test";
import { ask } from "../support/ask.ts";
import { HUB } from "../support/hub.ts";
import { Keys } from "../support/keys.ts";
import { connections, type Runnel, startRunnel } from "../support/runnel.ts";

/** A log line that a stranger tries to forge. */
const FORGED = '\n{"level":50,"msg":"forged"}\n';
const ENCODED = encodeURIComponent(FORGED);
const BOUNDARY = "Content-Type: multipart/form-data; boundary=x\r\n";

/** Requests that make Next print something, if possible with text that the client has chosen. */
const REQUESTS = [
  `GET /_next/image?url=%2Fnothing${ENCODED}&w=32&q=75 HTTP/1.1\r\n`,
  `GET /nothing${ENCODED} HTTP/1.1\r\n`,
  `GET /_next/data/x/${ENCODED}.json HTTP/1.1\r\n`,
  `GET / HTTP/1.1\r\nRSC: 1\r\nNext-Router-State-Tree: ${ENCODED}\r\nNext-Url: /${ENCODED}\r\n`,
  `GET / HTTP/1.1\r\nx-middleware-subrequest: proxy\r\nx-invoke-path: /${ENCODED}\r\n`,
  "GET /%ff HTTP/1.1\r\n",
  "GET http://[/ HTTP/1.1\r\n",
  "TRACE / HTTP/1.1\r\n",
  "OPTIONS * HTTP/1.1\r\n",
  "POST / HTTP/1.1\r\nNext-Action: forged\x9b31m\r\nContent-Type: text/plain\r\n",
  "POST / HTTP/1.1\r\nNext-Action: x\r\nOrigin: http://a\r\nX-Forwarded-Host: forged\x85\r\n",
  "POST / HTTP/1.1\r\nNext-Action: x\r\nOrigin: forged\x9b\r\nContent-Type: text/plain\r\n",
  `POST / HTTP/1.1\r\n${BOUNDARY}`,
  "POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\n",
];

/** Forms whose fields name a server action. */
const FORMS = ["$ACTION_ID_forged\x9b", "$ACTION_REF_1"].map(
  (name) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${FORGED}\r\n--x--\r\n`,
);

async function sendAll(runnel: Runnel): Promise<void> {
  for (const request of REQUESTS) await answered(runnel, request, "");
  for (const form of FORMS) await answered(runnel, `POST / HTTP/1.1\r\n${BOUNDARY}`, form);
  const socket = connect(runnel.port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${BOUNDARY}Content-Length: 9999\r\n\r\n--x`);
  // The server reads the upload now, because it has answered a later request.
  await ask(runnel, { path: "/" }).then(text);
  socket.destroy();
}

async function answered(runnel: Runnel, head: string, body: string): Promise<void> {
  const socket = connect(runnel.port, "127.0.0.1");
  const length = head.startsWith("POST") ? `Content-Length: ${body.length}\r\n` : "";
  socket.write(`${head}Host: localhost\r\nConnection: close\r\n${length}\r\n${body}`, "latin1");
  expect(await text(socket), head).toMatch(/^HTTP\/1.1 \d{3} /);
}

test("strangers can't forge a line of the log, and an aborted upload is one line at debug", async () => {
  const keys = new Keys();
  const runnel = await startRunnel({
    env: { ...keys.env, LOG_LEVEL: "debug", DRAIN_SECONDS: "0" },
  });
  try {
    const before = runnel.output().length;
    await sendAll(runnel);
    const lines = () => runnel.output().slice(before).split("\n").filter(Boolean);
    const aborted = () => lines().filter((line) => line.includes("Error: aborted"));
    await expect.poll(() => aborted().length).toBe(1);
    expect(aborted().map((line) => JSON.parse(line).level)).toEqual([20]);
    // Next prints about an upload at once. The answer to a token that is too long comes after that.
    const long = await ask(runnel, {
      path: `${HUB}?match=a`,
      headers: { Authorization: `Bearer ${"x".repeat(16_385)}` },
    });
    expect(long.statusCode).toBe(401);
    expect(await text(long)).toContain("urn:runnel:problem:invalid-token");
    expect(aborted()).toHaveLength(1);
    for (const line of lines()) {
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(Number) });
    }
    expect(runnel.output()).toContain("forged");
  } finally {
    await runnel.stop();
  }
});

test("a silent log stays silent, whatever strangers send", async () => {
  const runnel = await startRunnel({ env: { LOG_LEVEL: "silent", DRAIN_SECONDS: "0" } });
  const before = runnel.output();
  try {
    await sendAll(runnel);
  } finally {
    await runnel.stop();
  }
  expect(runnel.output()).toBe(before);
});

test("a server that can't open another file logs this once, with its limit", async () => {
  const files = 150;
  const env = { LOG_LEVEL: "warn", DRAIN_SECONDS: "0" };
  const runnel = await startRunnel({ files, env });
  const sockets: Socket[] = [];
  try {
    let closed = 0;
    for (let each = 0; each < files; each += 1) {
      const socket = connect(runnel.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.on("close", () => {
        closed += 1;
      });
      sockets.push(socket);
    }
    await expect.poll(() => closed).toBeGreaterThan(0);
    const warnings = () =>
      runnel
        .output()
        .split("\n")
        .filter((line) => line.includes("ulimit -n"));
    await expect.poll(() => warnings().length).toBe(1);
    expect(JSON.parse(warnings()[0] ?? "")).toMatchObject({ level: 40, limit: files });
    for (const socket of sockets) socket.destroy();
    await expect.poll(connections(runnel)).toBe(0);
    expect(warnings()).toHaveLength(1);
  } finally {
    for (const socket of sockets) socket.destroy();
    await runnel.stop();
  }
});
