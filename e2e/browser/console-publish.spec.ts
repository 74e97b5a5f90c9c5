import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "../support/console-page.ts";
import { HUB, listen, post, query } from "../support/hub.ts";
import { Keys } from "../support/keys.ts";
import { connections, type Runnel, withRunnel } from "../support/runnel.ts";

const run = promisify(execFile);
const SEND = "ControlOrMeta+Enter";

test("a published update is answered with its id, and arrives in the stream beside the form", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(`${runnel.url}/console`);
  const stream = hub.stream();
  await expect(stream.status).toHaveText("Open");
  // All fields have a default: the first visit needs one click.
  await hub.publish.getByRole("button", { name: "Publish" }).click();
  await expect(hub.answer).toContainText(/Published in \d+ ms/);
  await expect.poll(stream.texts).toEqual(['{"title":"1984"}']);
  const id = await hub.answer.locator("[data-id]").textContent();
  await stream.rows.filter({ hasText: "1984" }).click();
  await expect(stream.detail).toContainText(id ?? "none");
});

test("the form sends all fields: several topics, type, id, retry, private", async ({
  page,
  hub,
  runnel,
}) => {
  const listener = await listen(runnel, { at: query("match", "second topic") });
  await page.goto(`${runnel.url}/console?stream=`);
  const field = (name: string) => hub.publish.getByLabel(name, { exact: true });
  await field("Topic").fill("first\n\n  second topic ");
  await field("Data").fill("line one\nline two");
  await field("Type").fill("book.renamed");
  await field("Id").fill("my id");
  await field("Retry, in ms").fill("1500");
  await field("Private").check();
  await field("Data").press(SEND);
  await expect(hub.answer.locator("[data-id]")).toHaveText("my id");
  await expect
    .poll(() => listener.events)
    .toEqual([{ id: "my id", type: "book.renamed", data: "line one\nline two" }]);
  listener.leave();
});

test("a refusal is shown with the hub's message, the form keeps its text, and the next try is a new request", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(`${runnel.url}/console?stream=`);
  const [topic, data] = ["Topic", "Data"].map((name) =>
    hub.publish.getByLabel(name, { exact: true }),
  );
  if (!topic || !data) throw new Error("no fields");
  await topic.fill(`${HUB}/mine`);
  await data.fill("kept");
  await topic.press(SEND);
  await expect(hub.answer).toContainText("Bad update (400)");
  await expect(hub.answer).toContainText("where only the hub itself publishes");
  await expect(data).toHaveValue("kept");
  await topic.fill("fine");
  await topic.press(SEND);
  await expect(hub.answer).toContainText("Published");

  await page.route(`**${HUB}`, (route) => route.abort());
  await topic.press(SEND);
  await expect(hub.answer).toContainText("The hub cannot be reached");
  await expect(topic).toHaveValue("fine");
  await page.unroute(`**${HUB}`);
});

test("data that looks like invalid JSON is reported with the position of the error, and is sent as text all the same", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(`${runnel.url}/console`);
  const stream = hub.stream();
  await expect(stream.status).toHaveText("Open");
  const data = hub.publish.getByLabel("Data", { exact: true });
  await data.fill('{\n  "a": 1,\n}');
  await expect(data).toHaveAccessibleDescription(
    "Not JSON. Line 3, column 1: a name in double quotes should be here.",
  );
  await data.press(SEND);
  await expect.poll(stream.texts).toEqual(['{\n  "a": 1,\n}']);
  await data.fill("plain");
  await expect(data).toHaveAccessibleDescription("sent as text");
});

test("a burst of 10,000 updates numbers each one, shows its rate, and arrives on few elements", async ({
  page,
  hub,
  runnel,
}) => {
  test.slow();
  await page.goto(`${runnel.url}/console?stream=${encodeURIComponent("match=burst")}`);
  const stream = hub.stream("burst");
  await expect(stream.status).toHaveText("Open");
  await hub.publish.getByLabel("Topic", { exact: true }).fill("burst");
  await hub.publish.getByLabel("Data", { exact: true }).fill('{"n":{n}}');
  await hub.publish.getByLabel("How many").fill("10000");
  await expect(hub.publish.getByLabel("Data", { exact: true })).toHaveAccessibleDescription(
    "valid JSON",
  );
  await hub.publish.getByRole("button", { name: "Publish" }).click();
  await expect(hub.answer).toContainText(/10,000 published in [\d.]+ s: [\d,]+ a second/, {
    timeout: 60_000,
  });
  await expect(stream.events).toHaveText("10,000");
  await expect(stream.rows.last()).toContainText('{"n":10000}');
  expect(await stream.rows.count()).toBeLessThan(100);
});

test("a burst can be stopped, and shows how many updates it has sent", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(`${runnel.url}/console?stream=`);
  await hub.publish.getByLabel("How many").fill("10000");
  let held = 0;
  await page.route(`**${HUB}`, async (route) => {
    held += 1;
    if (held > 3) await page.waitForEvent("requestfailed").catch(() => {});
    await route.continue().catch(() => {});
  });
  await hub.publish.getByRole("button", { name: "Publish" }).click();
  await expect(hub.publish.getByText(/3,000 of 10,000/)).toBeVisible();
  await hub.publish.getByRole("button", { name: "Stop" }).click();
  await expect(hub.answer).toContainText("3,000 were published before that.");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("the code that the console shows publishes the same update: curl in a shell, fetch in the browser", async ({
  page,
  hub,
  runnel,
}) => {
  const topic = `it's "quoted" $HOME \`id\` 100% & +`;
  const data = `'; exit 1; '\n{n} $(id) \\ "x" é`;
  const listener = await listen(runnel, { at: query("match", topic) });
  await page.goto(`${runnel.url}/console?stream=`);
  await hub.publish.getByLabel("Topic", { exact: true }).fill(topic);
  await hub.publish.getByLabel("Data", { exact: true }).fill(data);
  const code = hub.publish.getByRole("region", { name: "Code that publishes this" });
  const shown = async (name: string) => {
    await code.getByRole("tab", { name }).click();
    return (await code.locator("code").textContent()) ?? "";
  };
  const { stdout } = await run("bash", ["-c", await shown("curl")]);
  expect(stdout).toMatch(/^urn:uuid:/);
  await page.evaluate(`(async () => { ${await shown("fetch")} })()`);
  await expect.poll(listener.data).toEqual([data, data]);

  await hub.publish.getByLabel("How many").fill("3");
  const numbered = [1, 2, 3].map((n) => data.replace("{n}", String(n)));
  await run("bash", ["-c", await shown("curl")]);
  await page.evaluate(`(async () => { ${await shown("fetch")} })()`);
  await expect.poll(listener.data).toEqual([data, data, ...numbered, ...numbered]);
  listener.leave();
});

test("the console of a hub with keys asks for a token, publishes with one, and shows the token in no address and no code", async ({
  page,
  hub,
}) => {
  const keys = new Keys();
  await withRunnel({ env: keys.env }, async (keyed) => {
    const publisher = await keys.token({ action: "publish", topic: "*" });
    const subscriber = await keys.token({ action: "subscribe", topic: "*" });
    const headers = { Authorization: `Bearer ${subscriber}` };
    const listener = await listen(keyed, { at: query("match", "secret"), headers });
    await page.goto(`${keyed.url}/console`);
    const stream = hub.stream();
    await expect(stream.status).toHaveText("Open");
    await hub.publish.getByLabel("Topic", { exact: true }).fill("secret");
    await hub.publish.getByLabel("Private").check();
    await hub.publish.getByRole("button", { name: "Publish" }).click();
    await expect(hub.answer).toContainText("(401)");
    await hub.answer.getByRole("button", { name: "Paste a token under Tokens" }).click();

    const use = async (token: string) => {
      await page.getByLabel("Token", { exact: true }).fill(token);
      await page.getByRole("button", { name: "Look into it" }).click();
      await page.getByRole("button", { name: "Use it in this console" }).click();
    };
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await use(publisher);
    await page.getByRole("tab", { name: "Publish" }).click();
    await hub.publish.getByRole("button", { name: "Publish" }).click();
    await expect(hub.answer).toContainText("Published");
    await expect.poll(listener.data).toEqual(['{"title":"1984"}']);
    await expect(hub.publish.locator("code")).toContainText('"Authorization: Bearer $TOKEN"');
    // The token grants no reading, so only public updates are read, as without a token.
    await expect(stream.status).toHaveText("Open");
    expect(await stream.texts()).toEqual([]);

    await page.getByRole("tab", { name: "Tokens" }).click();
    // The open stream is closed first, after the hub has answered what the token grants.
    const asked = page.waitForRequest(/\?match=/);
    await use(subscriber);
    await asked;
    await expect(stream.status).toHaveText("Open");
    await publishWith(keyed, publisher, "for those who may");
    await expect.poll(stream.texts).toEqual(["for those who may"]);
    await stream.button("Code").click();
    for (const token of [publisher, subscriber]) {
      const signature = token.slice(token.lastIndexOf("."));
      expect(requests.filter((url) => url.includes(signature))).toEqual([]);
      expect(page.url()).not.toContain(signature);
      expect(
        await page.evaluate(
          "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])",
        ),
      ).not.toContain(signature);
      for (const code of await page.locator("pre code").allTextContents())
        expect(code).not.toContain(signature);
    }
    listener.leave();
  });
});

async function publishWith(runnel: Runnel, token: string, data: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await post(runnel, { topic: "secret", data, private: "on" }, { headers });
  expect(answer.status).toBe(200);
}

test("the console of a hub without anonymous reading says so, and opens no stream", async ({
  page,
  hub,
}) => {
  await withRunnel({ env: { ...new Keys().env, ANONYMOUS: "off" } }, async (closed) => {
    await page.goto(`${closed.url}/console`);
    await expect(hub.streams).toContainText("This hub lets nobody read without a token.");
    await expect(page.getByText("Publishing and reading need a token.")).toBeVisible();
    expect(await connections(closed)()).toBe(0);
  });
});

test("on a phone the streams continue behind the form, and one press shows them", async ({
  page,
  hub,
  runnel,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${runnel.url}/console`);
  const stream = hub.stream();
  await expect(stream.status).toHaveText("Open");
  await page.getByRole("tab", { name: "Publish" }).click();
  await expect(hub.streams).toBeHidden();
  await hub.publish.getByRole("button", { name: "Publish" }).click();
  await hub.answer.getByRole("button", { name: "See it in the streams" }).click();
  await expect.poll(stream.texts).toEqual(['{"title":"1984"}']);
  await stream.rows.filter({ hasText: "1984" }).click();
  await expect(stream.detail).toBeInViewport({ ratio: 1 });
  await stream.detail.getByRole("button", { name: "Close the event" }).click();
  await expect(stream.list).toBeFocused();
});
