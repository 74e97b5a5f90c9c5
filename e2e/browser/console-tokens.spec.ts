import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import {
  bearer,
  inspectToken,
  mintedToken,
  openPanel,
  playgroundToken,
  showPanel,
  useToken,
} from "../support/console-panels.ts";
import { HUB, listen, post, query } from "../support/hub.ts";
import { expect, test } from "../support/live-page.ts";
import { freePort, ROOT, type Runnel, startRunnel } from "../support/runnel.ts";

const run = promisify(execFile);
const BOOK = "https://example.com/books/1";

/** Returns all addresses that the page requests, and all messages that it writes to its console. Both are added as they come. */
function trace(page: Page): string[] {
  const seen: string[] = [];
  page.on("request", (request) => seen.push(request.url()));
  page.on("console", (message) => seen.push(message.text()));
  return seen;
}

/** Returns everything that the page has stored. */
const leftBehind = (page: Page) =>
  page.evaluate(async () =>
    JSON.stringify([
      location.href,
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
      history.state,
      await indexedDB.databases(),
    ]),
  );

test.describe("in a playground", () => {
  test("a selected token publishes to its topic, and is refused for another", async ({
    page,
    runnel,
  }) => {
    const seen = trace(page);
    const panel = await openPanel(page, runnel, "Tokens");
    await panel.getByLabel("Topic", { exact: true }).fill(BOOK);
    await expect(panel.getByLabel("What the topic is")).toHaveValue("exact");
    await panel.getByRole("checkbox", { name: "subscribe" }).uncheck();
    await panel.getByRole("button", { name: "Get the token" }).click();
    const made = panel.getByRole("region", { name: "The new token" });
    await expect(made.getByRole("heading", { name: "Your token" })).toBeFocused();
    const [, token = ""] =
      /^TOKEN=(\S+)$/.exec((await made.getByText(/^TOKEN=/).textContent()) ?? "") ?? [];
    const publish = async (topic: string) =>
      (await post(runnel, { topic, data: "a" }, bearer(token))).status;
    expect(await publish(BOOK)).toBe(200);
    expect(await publish("https://example.com/books/2")).toBe(403);
    expect((await fetch(`${runnel.url}${HUB}/subscriptions`, bearer(token))).status).toBe(403);

    // The command that is shown works, too.
    const reader = await listen(runnel, { at: query("match", BOOK) });
    const line = (await made.getByText(/^curl /).textContent()) ?? "";
    await run("sh", ["-c", line], { env: { ...process.env, TOKEN: token } });
    await expect.poll(reader.data).toEqual(["hello"]);
    reader.leave();

    await made.getByRole("button", { name: "Use it in this console" }).click();
    await expect(page.getByText("This console uses a token.")).toBeVisible();
    // If nothing is pasted, the console inspects the token that is in use.
    await inspectToken(page, "");
    await expect(panel.getByText("Header and claims")).toBeVisible();
    const connected = await showPanel(page, "Connected");
    await expect(connected.getByRole("alert")).toContainText("does not grant");
    expect(await leftBehind(page)).not.toContain(token);
    expect(seen.join("\n")).not.toContain(token);
    await connected.getByRole("button", { name: "Stop using the token" }).click();
    await expect(connected.getByRole("status")).toHaveText("Live");
  });

  test("an invalid token request is explained, and nothing is sent", async ({ page, runnel }) => {
    const panel = await openPanel(page, runnel, "Tokens");
    const get = panel.getByRole("button", { name: "Get the token" });
    await panel.getByLabel("Topic", { exact: true }).fill("");
    await get.click();
    await expect(panel.getByRole("alert")).toHaveText("A topic is empty.");
    await panel.getByLabel("Topic", { exact: true }).fill("https://example.com/:a:b{");
    await get.click();
    await expect(panel.getByRole("alert")).toContainText(/pattern/i);
    await panel.getByLabel("Topic", { exact: true }).fill("*");
    await panel.getByLabel(/^Payload/).fill("[1]");
    await expect(panel.getByText("The payload is no JSON object")).toBeVisible();
    await panel.getByLabel(/^Payload/).fill('{"name":"Ada"}');
    await panel.getByRole("button", { name: "Add a topic" }).click();
    await panel.getByRole("button", { name: "Remove the empty topic" }).click();
    await expect(panel.getByLabel("Topic", { exact: true })).toBeFocused();
    await get.click();
    await expect(panel.getByText(/^TOKEN=/)).toBeVisible();
  });

  test("a token in use counts down, and warns when it has expired", async ({ page, runnel }) => {
    await page.clock.install();
    await openPanel(page, runnel, "Tokens");
    const token = await playgroundToken(runnel, {
      subscribe: [{ match: "*" }],
      expiresIn: 600,
    });
    await useToken(page, `Authorization: Bearer ${token}\n`);
    const inUse = page.getByRole("region", { name: "The token in use" });
    await expect(inUse).toContainText(/It ends in 9 min \d+ s/);
    await showPanel(page, "Numbers");
    await expect(inUse).toBeVisible();
    await page.clock.fastForward("10:01");
    await expect(inUse.getByRole("alert")).toHaveText("It ended just now");
    await inUse.getByRole("button", { name: "Stop using it" }).click();
    await expect(inUse).toHaveCount(0);
  });

  for (const size of LOOKS) {
    test(`axe finds nothing in the tokens, and nothing is wider than the screen (${size.name})`, async ({
      page,
      runnel,
    }) => {
      await look(page, size);
      const panel = await openPanel(page, runnel, "Tokens");
      await expectAccessible(page, "what to pick");
      await panel.getByLabel("Topic", { exact: true }).fill("x".repeat(300));
      await panel.getByRole("button", { name: "Get the token" }).click();
      await expect(panel.getByText(/^TOKEN=/)).toBeVisible();
      await expectAccessible(page, "a new token");
      const long = { match: "y".repeat(300) };
      await useToken(page, await playgroundToken(runnel, { publish: [long] }));
      await panel.getByText("Header and claims").click();
      await expectAccessible(page, "looked into, and in use");
      await inspectToken(page, "no token");
      await expect(panel.getByRole("alert")).toBeVisible();
      await expectAccessible(page, "no token");
    });
  }
});

test.describe("on a hub with keys", () => {
  let keyed: Runnel;
  let env: Record<string, string>;

  test.beforeAll(async () => {
    const port = await freePort();
    const key = randomBytes(48).toString("base64");
    env = {
      MERCURE_PUBLISHER_JWT_KEY: key,
      MERCURE_SUBSCRIBER_JWT_KEY: key,
      MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
      MERCURE_RESOURCE_IDENTIFIER: `http://127.0.0.1:${port}${HUB}`,
      MERCURE_COOKIE_NAME: "mercure_test",
    };
    keyed = await startRunnel({ port, env: { ...env, LOG_LEVEL: "trace" } });
  });

  test.afterAll(async () => {
    await keyed.stop();
  });

  test("without a token the console sends nothing to the hub, and each panel says which grant it needs", async ({
    page,
    context,
  }) => {
    // A cookie changes nothing: the console uses only the grants of its own token.
    const value = await mintedToken(env, "--subscribe", "*");
    await context.addCookies([{ name: "mercure_test", value, domain: "127.0.0.1", path: HUB }]);
    const seen = trace(page);
    const connected = await openPanel(page, keyed, "Connected");
    const needs = (match: string) => `npm run token -- --subscribe ${match}`;
    await expect(connected.getByText(needs(`'${HUB}/subscriptions*'`))).toBeVisible();
    const numbers = await showPanel(page, "Numbers");
    await expect(numbers.getByText(needs(`${HUB}/numbers`))).toBeVisible();
    const tokens = await showPanel(page, "Tokens");
    await expect(tokens.getByRole("button", { name: "Get the token" })).toHaveCount(0);
    expect(seen.filter((line) => line.includes(HUB))).toEqual([]);
  });

  test("the console neither publishes nor shows anything with the grants of a cookie", async ({
    page,
    context,
  }) => {
    const value = await mintedToken(env, "--subscribe", "*", "--publish", "*");
    await context.addCookies([{ name: "mercure_test", value, domain: "127.0.0.1", path: HUB }]);
    await page.goto(`${keyed.url}/console?stream=match%3Dfor-some`);
    const stream = page.locator("#console-streams");
    await expect(stream.getByRole("status").filter({ hasText: "Open" })).toBeVisible();
    const publish = page.getByRole("tabpanel", { name: "Publish" });
    await publish.getByRole("button", { name: "Publish" }).click();
    await expect(page.locator("[data-answer]")).toContainText("(401)");
    await post(keyed, { topic: "for-some", data: "for few", private: "on" }, bearer(value));
    await post(keyed, { topic: "for-some", data: "for all" }, bearer(value));
    await expect(stream.getByText("for all")).toBeVisible();
    await expect(stream.getByText("for few")).toHaveCount(0);
  });

  test("with a token the console does exactly what the token grants", async ({ page }) => {
    const seen = trace(page);
    await openPanel(page, keyed, "Tokens");
    const list = await mintedToken(env, "--subscribe", `${HUB}/subscriptions`);
    await useToken(page, list);
    let connected = await showPanel(page, "Connected");
    await expect(connected.getByText("shows this list and no changes")).toBeVisible();
    let numbers = await showPanel(page, "Numbers");
    await expect(numbers.getByRole("alert")).toContainText("403");

    const both = await mintedToken(
      env,
      "--subscribe",
      `${HUB}/subscriptions*`,
      "--subscribe",
      `${HUB}/numbers`,
    );
    await useToken(page, both);
    connected = await showPanel(page, "Connected");
    await expect(connected.getByRole("status")).toHaveText("Live");
    const token = await mintedToken(env, "--subscribe", BOOK, "--payload", '{"name":"Ada"}');
    const ada = await listen(keyed, { at: query("match", BOOK), ...bearer(token) });
    await expect(connected.getByText('{ "name": "Ada" }')).toBeVisible();
    ada.leave();
    await expect(connected.getByText('{ "name": "Ada" }')).toHaveCount(0);
    numbers = await showPanel(page, "Numbers");
    await expect(numbers.getByRole("status")).toHaveText("Live");
    await expect(numbers.getByRole("region", { name: /^Since / })).toBeVisible();

    for (const secret of [list, both]) {
      expect(await leftBehind(page)).not.toContain(secret);
      expect(await page.content()).not.toContain(secret);
      expect(seen.join("\n")).not.toContain(secret);
      expect(keyed.output()).not.toContain(secret);
    }
    await page.reload();
    await showPanel(page, "Numbers");
    await expect(numbers.getByText("Mint one where the hub runs")).toBeVisible();
    const field = (await showPanel(page, "Tokens")).getByLabel("Token", { exact: true });
    await expect(field).toHaveValue("");
    await expect(field).toHaveAttribute("autocomplete", "off");
  });

  test("the command that is shown mints the selected token, whatever characters its topics contain", async ({
    page,
  }) => {
    const panel = await openPanel(page, keyed, "Tokens");
    const hostile = `it's "quoted" $(touch hacked) \`id\` \\ & ; | > x !/*`;
    await panel.getByLabel("Topic", { exact: true }).fill(hostile);
    await panel.getByLabel("What the topic is").selectOption("exact");
    await panel.getByLabel(/^Payload/).fill(`{"name": "O'Neil $HOME"}`);
    await panel.getByLabel("Subject").fill("-ada $(id)");
    await panel.getByLabel("Lasts").selectOption("15m");
    const line = (await panel.getByText(/^npm run token/).textContent()) ?? "";
    const { stdout } = await run("sh", ["-c", `${line} --print`], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
    });
    const token = stdout.trim().split("\n").at(-1) ?? "";
    await inspectToken(page, token);
    const report = panel.getByRole("region", { name: "What the hub makes of it" });
    await expect(report).toContainText(`May publish to ${hostile}`);
    await expect(report).toContainText(`May subscribe to ${hostile}`);
    await expect(report).toContainText(`{ "name": "O'Neil $HOME" }`);
    await expect(report).toContainText(/It ends in 14 min/);
    await report.getByText("Header and claims").click();
    await expect(report).toContainText('"sub": "-ada $(id)"');
    expect((await post(keyed, { topic: hostile, data: "a" }, bearer(token))).status).toBe(200);
    expect((await post(keyed, { topic: "other", data: "a" }, bearer(token))).status).toBe(403);
  });

  test("a refused token is shown with the reason, and is not used", async ({ page }) => {
    await openPanel(page, keyed, "Tokens");
    const good = await mintedToken(env, "--publish", BOOK);
    const [header = "", claims = "", signature = ""] = good.split(".");
    const panel = await inspectToken(page, `${header}.${claims}.${"A".repeat(signature.length)}`);
    await expect(panel.getByText("As a publisher: refused (signature)")).toBeVisible();
    await expect(panel.getByText("As a subscriber: refused (signature)")).toBeVisible();
    await expect(panel.getByRole("button", { name: "Use it in this console" })).toHaveCount(0);
    await inspectToken(page, good);
    await expect(panel.getByText("As a publisher: taken")).toBeVisible();
    await inspectToken(page, "not a token");
    await expect(panel.getByRole("alert")).toContainText("no token");
    await inspectToken(page, " ");
    await expect(panel.getByRole("alert")).toHaveText("Paste a token first.");
  });
});
