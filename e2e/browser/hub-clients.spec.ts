import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { EventSource } from "eventsource";
import { rolldown } from "rolldown";
import { withFolder } from "../support/copy.ts";
import { HUB, publish, publishAll, query } from "../support/hub.ts";
import { connections, freePort, ROOT, withRunnel } from "../support/runnel.ts";

const AT = `${HUB}${query("match", "clients")}`;
const EVENTS = ["one", "two", "three"];
const AWAY = ["while it was away 1", "while it was away 2"];

const code = (path: string) => readFileSync(join(ROOT, "node_modules", path), "utf8");

/** Bundles the package's modules into one script that sets `window.fetchEventSource`. */
async function bundle(): Promise<string> {
  const built = await rolldown({
    input: join(ROOT, "node_modules/@microsoft/fetch-event-source/lib/esm/index.js"),
  });
  const { output } = await built.generate({ format: "iife", name: "bundled" });
  await built.close();
  return `${output[0].code}\nwindow.fetchEventSource = bundled.fetchEventSource;`;
}

/** Clients that run in a page, with the code that starts each one. */
const IN_PAGE: Record<string, { script: () => string | Promise<string>; start: string }> = {
  "the browser's own EventSource": {
    script: () => "",
    start: "new EventSource(url).onmessage = (event) => heard.push(event.data)",
  },
  "event-source-polyfill": {
    script: () => code("event-source-polyfill/src/eventsource.js"),
    start: "new EventSourcePolyfill(url).onmessage = (event) => heard.push(event.data)",
  },
  "reconnecting-eventsource": {
    script: () => code("reconnecting-eventsource/dist/ReconnectingEventSource.min.js"),
    start:
      "new (window.ReconnectingEventSource.default ?? window.ReconnectingEventSource)(url).onmessage = (event) => heard.push(event.data)",
  },
  "@microsoft/fetch-event-source": {
    script: bundle,
    // Without a throw the package does not reconnect after a clean end.
    start:
      "fetchEventSource(url, { openWhenHidden: true, onmessage: (event) => { if (event.data) heard.push(event.data) }, onclose: () => { throw new Error('again') } })",
  },
};

async function startInPage(
  page: Page,
  url: string,
  name: string,
): Promise<() => Promise<string[]>> {
  const client = IN_PAGE[name];
  if (!client) throw new Error(name);
  // A page of the same origin, without a policy that blocks the test's scripts.
  await page.goto(`${url}/api/health`);
  const script = await client.script();
  if (script) await page.addScriptTag({ content: script });
  await page.evaluate(
    `window.heard = []; { const url = ${JSON.stringify(AT)}; const heard = window.heard; ${client.start}; } undefined`,
  );
  return () => page.evaluate("window.heard");
}

test("clients of other projects receive all updates, once each, through a restart of the server", async ({
  context,
}) => {
  test.setTimeout(120_000);
  await withFolder(async (folder) => {
    const options = { port: await freePort(), env: { HISTORY_URL: `file:${folder}` } };
    const heard: Record<string, () => string[] | Promise<string[]>> = {};
    const own: string[] = [];
    let source: EventSource | undefined;
    try {
      await withRunnel(options, async (runnel) => {
        for (const name of Object.keys(IN_PAGE)) {
          heard[name] = await startInPage(await context.newPage(), runnel.url, name);
        }
        source = new EventSource(`${runnel.url}${AT}`);
        source.addEventListener("message", ({ data }) => own.push(data));
        heard.eventsource = () => own;
        await expect.poll(connections(runnel)).toBe(Object.keys(IN_PAGE).length + 1);
        for (const data of EVENTS) await publish(runnel, { topic: "clients", data });
        for (const [name, each] of Object.entries(heard)) {
          await expect.poll(each, name).toEqual(EVENTS);
        }
      });
      await withRunnel(options, async (runnel) => {
        await publishAll(
          runnel,
          AWAY.map((data) => ({ topic: "clients", data })),
        );
        for (const [name, each] of Object.entries(heard)) {
          await expect.poll(each, { message: name, timeout: 30_000 }).toEqual([...EVENTS, ...AWAY]);
        }
        await publish(runnel, { topic: "clients", data: "live" });
        for (const [name, each] of Object.entries(heard)) {
          await expect.poll(each, name).toEqual([...EVENTS, ...AWAY, "live"]);
        }
        source?.close();
        for (const page of context.pages()) await page.close();
        await expect.poll(connections(runnel)).toBe(0);
      });
    } finally {
      source?.close();
    }
  });
});

test("curl shows the stream unchanged, and resumes after an id", async () => {
  await withRunnel({}, async (runnel) => {
    const first = await publish(runnel, { topic: "clients", data: "one" });
    const child = spawn("curl", ["-sSN", "-H", `Last-Event-ID: ${first}`, `${runnel.url}${AT}`]);
    const closed = new Promise((resolve) => child.on("close", resolve));
    let text = "";
    child.stdout.on("data", (data: Buffer) => {
      text += data.toString();
    });
    try {
      await expect.poll(connections(runnel)).toBe(1);
      const second = await publish(runnel, { topic: "clients", type: "t", data: "a\nb" });
      await expect.poll(() => text).toContain(`id:${second}\nevent:t\ndata:a\ndata:b\n\n`);
      expect(text).toMatch(/^:\nretry:\d+\n\n/);
      expect(text).not.toContain("data:one");
    } finally {
      child.kill();
      await closed;
    }
    await expect.poll(connections(runnel)).toBe(0);
  });
});
