import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { build } from "rolldown";
import type { Snapshot } from "../../client/base/snapshot.ts";
import { test as base, expect } from "../fixtures/streams/fixture.ts";
import type { StreamProxy } from "../fixtures/streams/stream-proxy.ts";
import type { ClientOptions } from "./client-entry.ts";
import type { Runnel } from "./runnel.ts";

const PAGE = "/__client.html";
const SCRIPT = "/__client.js";
/** The policy that allows only the sources that the client needs. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** A page that contains the store and nothing else. */
export interface Client {
  readonly page: Page;
  /** The data of all messages so far, in order. */
  heard(): Promise<string[]>;
  /** The id of the last message. */
  lastId(): Promise<string>;
  /** Each status that was drawn. A status that stays is listed once. */
  states(): Promise<readonly string[]>;
  /** The current snapshot. */
  now(): Promise<Snapshot>;
}

/** Puts a proxy in front of the hub and serves the page from it. So the page has the hub's origin, and its stream passes the faults. */
export type Site = (runnel: Pick<Runnel, "url">) => Promise<StreamProxy>;

/** Returns the page's address. The stream is open while the page is open. */
export function clientUrl(site: StreamProxy, options: ClientOptions): string {
  return `${site.origin}${PAGE}?options=${encodeURIComponent(JSON.stringify(options))}`;
}

/** Opens the page. */
export async function openClient(
  page: Page,
  site: StreamProxy,
  options: ClientOptions,
): Promise<Client> {
  await page.goto(clientUrl(site, options));
  return clientOf(page);
}

/** Returns a reader for the values of a page that shows the client. */
export function clientOf(page: Page): Client {
  return {
    page,
    heard: () => page.evaluate(() => client.heard.map(({ data }) => data)),
    lastId: () => page.evaluate(() => client.heard.at(-1)?.id ?? ""),
    states: () => page.evaluate(() => client.states),
    now: () => page.evaluate(() => client.stream.getSnapshot()),
  };
}

let bundle: Promise<string> | undefined;

/** Returns the store as a script for browsers. */
function script(): Promise<string> {
  bundle ??= build({
    input: fileURLToPath(new URL("client-entry.ts", import.meta.url)),
    platform: "browser",
    write: false,
    output: { format: "iife" },
  }).then(({ output }) => output[0].code);
  return bundle;
}

/** Gives each test the page, and asserts that the page threw nothing. */
export const test = base.extend<{ site: Site; errors: string[] }>({
  site: async ({ streamProxy }, use) => {
    await use(async (runnel) => {
      const proxy = await streamProxy(runnel.url);
      const type = (value: string) => ({ "Content-Type": `${value}; charset=utf-8` });
      proxy.serve(PAGE, {
        body: `<!doctype html><title>Client</title><script src="${SCRIPT}" defer></script>`,
        headers: { ...type("text/html"), "Content-Security-Policy": POLICY },
      });
      proxy.serve(SCRIPT, { body: await script(), headers: type("text/javascript") });
      return proxy;
    });
  },
  errors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on("weberror", (error) => errors.push(error.error().message));
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
