import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { type ConsoleStream, expect, test } from "../support/console-page.ts";
import { numbered, publish, publishAll } from "../support/hub.ts";
import { connections } from "../support/runnel.ts";

const run = promisify(execFile);

const at = (...queries: string[]) =>
  `/console?${queries.map((query) => `stream=${encodeURIComponent(query)}`).join("&")}`;

const open = (stream: ConsoleStream) => expect(stream.status).toHaveText("Open");

test.describe("a stream on the console", () => {
  test("subscribes to everything at first, and shows updates of any topic and any type", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(`${runnel.url}/console`);
    const stream = hub.stream();
    await open(stream);
    await publish(runnel, { topic: "a", data: "plain" });
    await publish(runnel, { topic: "b", data: '{"n":1}', type: "book.renamed" });
    await expect.poll(stream.texts).toEqual(["plain", '{"n":1}']);
    await expect(stream.rows.filter({ hasText: "book.renamed" })).toHaveCount(1);
  });

  test("stands beside other streams, each with its own matchers, and the address keeps them", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(`${runnel.url}/console`);
    await open(hub.stream());
    await page.getByRole("button", { name: "Add a stream" }).click();
    await page.getByLabel("Matcher 1", { exact: true }).fill("https://side.example/:id");
    await expect(page.getByLabel("Kind of matcher 1")).toHaveValue("urlpattern");
    await page.getByRole("button", { name: "Another matcher" }).click();
    await page.getByLabel("Matcher 2", { exact: true }).fill("news & more");
    await page.getByLabel("the earliest that is kept").check();
    await page.getByRole("button", { name: "Start" }).click();
    const books = hub.stream(/side\.example/);
    await open(books);
    await publish(runnel, { topic: "https://side.example/1", data: "by pattern" });
    await publish(runnel, { topic: "news & more", data: "by name" });
    await publish(runnel, { topic: "another", data: "for the other" });
    await expect.poll(books.texts).toEqual(["by pattern", "by name"]);
    await expect.poll(hub.stream().texts).toContain("for the other");

    await page.reload();
    await open(books);
    await expect.poll(books.texts).toEqual(["by pattern", "by name"]);
    await expect(books.notice).toHaveText("2 from the history, then live.");
    await expect.poll(connections(runnel)).toBe(2);
    await books.button("Remove this stream").click();
    await expect.poll(connections(runnel)).toBe(1);
    await expect(page).toHaveURL(`${runnel.url}/console`);
    await hub.stream().button("Remove this stream").click();
    await expect(page.getByText("No stream is open.")).toBeVisible();
    await page.reload();
    await expect(page.getByText("No stream is open.")).toBeVisible();
  });

  test("is not opened over HTTP/1.1 if it would leave the browser no connection to publish with", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(runnel.url + at("match=1", "match=2", "match=3", "match=4", "match=5"));
    await expect(hub.streams).toContainText("4 streams are as many");
    await page.getByRole("tab", { name: "Numbers" }).click();
    await expect.poll(connections(runnel)).toBe(5);
    await page.getByRole("tab", { name: "Publish" }).click();
    await hub.publish.getByRole("button", { name: "Publish" }).click();
    await expect(hub.answer).toContainText("Published");
    await hub.stream("1").button("Remove this stream").click();
    await expect(page.getByRole("button", { name: "Add a stream" })).toBeFocused();
    await expect(hub.stream("5").status).toHaveText("Open");
    await hub.stream("5").button("Remove this stream").click();
    await expect(hub.streams).not.toContainText("as many");
  });

  test("with a bad matcher shows the hub's message", async ({ page, hub, runnel }) => {
    await page.goto(runnel.url + at("match_urlpattern=https://example.com/(("));
    const stream = hub.stream(/example\.com/);
    await expect(stream.rows.first()).toContainText("match_urlpattern");
    await expect(stream.status).toHaveText("Reconnecting");
  });

  test("shows hostile data as text, in the row and in full", async ({ page, hub, runnel }) => {
    await page.goto(runnel.url + at("match=hostile"));
    const stream = hub.stream("hostile");
    await open(stream);
    const markup = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
    await publish(runnel, { topic: "hostile", data: markup, type: "<b>bold</b>" });
    await expect.poll(stream.texts).toEqual([markup]);
    await stream.rows.filter({ hasText: "<img" }).click();
    await expect(stream.detail.locator("[data-data]")).toHaveText(markup);
    expect(await stream.panel.locator("img, script, dd b").count()).toBe(0);
    expect(await page.title()).toContain("Runnel");
  });

  test("formats JSON, and changes nothing of it but its spaces", async ({ page, hub, runnel }) => {
    await page.goto(runnel.url + at("match=json"));
    const stream = hub.stream("json");
    await open(stream);
    const id = await publish(runnel, {
      topic: "json",
      data: '{"big":12345678901234567890,"a":[]}',
    });
    await stream.rows.filter({ hasText: "big" }).click();
    const data = stream.detail.locator("[data-data]");
    await expect(data).toHaveText('{\n  "big": 12345678901234567890,\n  "a": []\n}', {
      useInnerText: true,
    });
    await stream.detail.getByRole("button", { name: "As sent" }).click();
    await expect(data).toHaveText('{"big":12345678901234567890,"a":[]}');
    await expect(stream.detail).toContainText(id);
    await publish(runnel, { topic: "json", data: "x".repeat(300_000) });
    await stream.rows.filter({ hasText: "xxx" }).click();
    await expect(stream.detail).toContainText("200,000 more characters");
  });

  test("has a filter for data, type and id, also of later events, and its download has the filtered events", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(runnel.url + at("match=filter"));
    const stream = hub.stream("filter");
    await open(stream);
    const [, id = ""] = await publishAll(runnel, [
      { topic: "filter", data: "Apple" },
      { topic: "filter", data: "pear" },
      { topic: "filter", data: "x", type: "fruit.apple" },
    ]);
    await stream.filter.fill("apple");
    await expect.poll(stream.texts).toEqual(["Apple", "x"]);
    await publish(runnel, { topic: "filter", data: "pineapple\nin two lines" });
    await expect(stream.panel.getByText("3 found")).toBeVisible();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      stream.button("Download").click(),
    ]);
    expect(download.suggestedFilename()).toBe("events.ndjson");
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        id: expect.stringMatching(/^urn:uuid:/),
        type: "message",
        data: "Apple",
        at: expect.any(String),
      },
      { id: expect.any(String), type: "fruit.apple", data: "x", at: expect.any(String) },
      {
        id: expect.any(String),
        type: "message",
        data: "pineapple\nin two lines",
        at: expect.any(String),
      },
    ]);
    await stream.filter.fill(id);
    await expect.poll(stream.texts).toEqual(["pear"]);
    await stream.filter.fill("nothing has this");
    await expect(stream.panel.getByText("No event has that.")).toBeVisible();
  });

  test("counts new events while it is paused, shows them all when it is resumed, and is empty when it is cleared", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(runnel.url + at("match=pause"));
    const stream = hub.stream("pause");
    await open(stream);
    await publish(runnel, { topic: "pause", data: "0" });
    await expect.poll(stream.texts).toEqual(["0"]);
    await stream.button("Pause").click();
    await publishAll(runnel, [
      { topic: "pause", data: "1" },
      { topic: "pause", data: "2" },
    ]);
    await expect(stream.button("Paused · 2 new")).toBeVisible();
    expect(await stream.texts()).toEqual(["0"]);
    await stream.button("Paused · 2 new").click();
    await expect.poll(stream.texts).toEqual(["0", "1", "2"]);
    await expect(stream.list).toBeFocused();
    await stream.button("Clear").click();
    await expect(stream.panel.getByText("Nothing has come yet.")).toBeVisible();
  });

  test("resumes after any event, beside the stream that shows it", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(runnel.url + at("match=from"));
    const stream = hub.stream("from");
    await open(stream);
    const [, id = ""] = await publishAll(
      runnel,
      numbered("n", 5).map((data) => ({ topic: "from", data })),
    );
    await expect.poll(stream.texts).toEqual(numbered("n", 5));
    await stream.rows.filter({ hasText: "n1" }).click();
    await stream.detail.getByRole("button", { name: "From here" }).click();
    const later = hub.stream(`from after ${id}`);
    await expect.poll(later.texts).toEqual(["n2", "n3", "n4"]);
    await expect(later.notice).toHaveText("3 from the history, then live.");
  });
});

test.describe("a stream whose connection was broken", () => {
  test("receives each missed update once, marks it and counts it", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(`${runnel.url}/console`);
    const stream = hub.stream();
    await open(stream);
    await publish(runnel, { topic: "before", data: "before" });
    await expect.poll(stream.texts).toEqual(["before"]);
    await stream.button("Break the connection").click();
    await expect(stream.status).toHaveText("Reconnecting");
    await expect(stream.notice).toContainText("The connection is broken.");
    await publishAll(
      runnel,
      numbered("missed ", 5).map((data) => ({ topic: "while", data })),
    );
    expect(await stream.texts()).toEqual(["before"]);
    await open(stream);
    await expect(stream.notice).toHaveText("Back. 5 missed, all here.");
    await publish(runnel, { topic: "after", data: "after" });
    await expect.poll(stream.texts).toEqual(["before", ...numbered("missed ", 5), "after"]);
    expect(await stream.panel.locator("[data-catch-up=break]").count()).toBe(5);
  });

  test("is not reported as broken after it is open again, even if its list was paused and cleared meanwhile", async ({
    page,
    hub,
    runnel,
  }) => {
    await page.goto(`${runnel.url}/console`);
    const stream = hub.stream();
    await open(stream);
    await stream.button("Break the connection").click();
    await expect(stream.notice).toContainText("The connection is broken.");
    await stream.button("Pause").click();
    await open(stream);
    await stream.button("Clear").click();
    await stream.button("Resume").click();
    await expect(stream.list).toBeVisible();
    await expect(stream.notice).toBeEmpty();
  });

  test("receives a whole burst of 10,000 that it missed", async ({ page, hub, runnel }) => {
    await page.goto(runnel.url + at("match=burst"));
    const stream = hub.stream("burst");
    await open(stream);
    await stream.button("Break the connection").click();
    await publishAll(
      runnel,
      numbered("b", 10_000).map((data) => ({ topic: "burst", data })),
    );
    await expect(stream.events).toHaveText("10,000");
    await expect(stream.notice).toHaveText("Back. 10,000 missed, all here.");
    await expect.poll(stream.texts).toContain("b9999");
    expect(await stream.rows.count()).toBeLessThan(100);
  });
});

test("10,000 events at once are shown within a second, on few elements, and the page stays responsive", async ({
  page,
  hub,
  runnel,
}, info) => {
  await page.goto(runnel.url + at("match=many"));
  const stream = hub.stream("many");
  await open(stream);
  await page.evaluate(() => {
    const times = { last: performance.now(), longest: 0, first: 0, all: 0 };
    Object.assign(globalThis, { times });
    const frame = () => {
      const now = performance.now();
      times.longest = Math.max(times.longest, now - times.last);
      times.last = now;
      const shown = document.querySelector("[data-figure=events]")?.textContent ?? "0";
      if (shown !== "0" && times.first === 0) times.first = now;
      if (shown === "10,000" && times.all === 0) times.all = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await publishAll(
    runnel,
    numbered("m", 10_000).map((data) => ({ topic: "many", data })),
  );
  await expect(stream.events).toHaveText("10,000");
  await expect(stream.rows.last()).toContainText("m9999");
  expect(await stream.rows.count()).toBeLessThan(100);
  const [longest, took] = await page.evaluate<number[]>("[times.longest, times.all - times.first]");
  info.annotations.push({
    type: "figures",
    description: `${took} ms, longest frame ${longest} ms`,
  });
  expect(took).toBeLessThan(3_000);
});

test("100,000 entries can be scrolled and filtered, and keep the scroll position while more arrive", async ({
  page,
  hub,
  runnel,
}) => {
  test.slow();
  await page.goto(runnel.url + at("match=deep"));
  const stream = hub.stream("deep");
  await open(stream);
  for (let part = 0; part < 10; part += 1) {
    await publishAll(
      runnel,
      numbered("z", 10_000, part * 10_000).map((data) => ({ topic: "deep", data })),
    );
  }
  await expect(stream.events).toHaveText("100,000");
  await stream.list.press("Home");
  await expect(stream.panel.getByRole("button", { name: "Jump to newest" })).toBeVisible();
  // The list keeps exactly this many entries: the first event of the stream was removed for the last of them.
  await expect.poll(async () => (await stream.texts())[0]).toBe("z0");
  await stream.list.evaluate((list) => {
    list.scrollTop = list.scrollHeight / 2;
  });
  await expect.poll(async () => (await stream.texts())[0]).toMatch(/^z4[89]\d{3}$|^z50\d{3}$/);
  const place = () =>
    stream.list.evaluate((list) => {
      const { top } = list.getBoundingClientRect();
      const rows = [...list.querySelectorAll("[role=option]")];
      return rows.find((row) => row.getBoundingClientRect().top >= top)?.textContent?.slice(12);
    });
  const before = await place();
  await publishAll(
    runnel,
    numbered("e", 5_000).map((data) => ({ topic: "deep", data })),
  );
  await expect(stream.events).toHaveText("105,000");
  await expect(stream.panel.getByText(/older entries are no longer kept/)).toBeVisible();
  await expect.poll(place).toBe(before);
  expect(await stream.rows.count()).toBeLessThan(100);
  await stream.filter.fill("z99999");
  await expect.poll(stream.texts).toEqual(["z99999"]);
});

test("the code that the console shows receives the events that the stream shows", async ({
  page,
  hub,
  runnel,
}) => {
  const topic = `it's "quoted" $HOME \`id\` & 100%`;
  await publish(runnel, { topic, data: "from the shell" });
  await page.goto(runnel.url + at(`match=${encodeURIComponent(topic)}&last_event_id=earliest`));
  const stream = hub.stream(/quoted/);
  await expect.poll(stream.texts).toEqual(["from the shell"]);
  await stream.button("Code").click();
  const code = stream.panel.getByRole("region", { name: "Code for this stream" });
  await code.getByRole("tab", { name: "curl" }).click();
  const command = (await code.locator("code").textContent()) ?? "";
  const { stdout } = await run("bash", ["-c", `timeout 5 ${command} | head -c 200 || true`]);
  expect(stdout).toContain("data:from the shell");

  await code.getByRole("tab", { name: "EventSource" }).click();
  const script = (await code.locator("code").textContent()) ?? "";
  const data = await page.evaluate(
    `new Promise((resolve) => { const console = { log: (id, data) => { events.close(); resolve(data); } }; ${script} })`,
  );
  expect(data).toBe("from the shell");
});

test("the keyboard is enough: arrows select rows, the event is shown below, and Escape closes it", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(runnel.url + at("match=keys"));
  const stream = hub.stream("keys");
  await open(stream);
  await publishAll(
    runnel,
    numbered("k", 50).map((data) => ({ topic: "keys", data })),
  );
  await expect.poll(stream.texts).toContain("k49");
  await stream.list.press("End");
  const selected = stream.panel.locator("[aria-selected=true]");
  await expect(selected).toContainText("k49");
  await stream.list.press("ArrowUp");
  await expect(selected).toContainText("k48");
  const active = await stream.list.getAttribute("aria-activedescendant");
  expect(await selected.getAttribute("id")).toBe(active);
  await expect(stream.detail.locator("[data-data]")).toHaveText("k48");
  await stream.list.press("Escape");
  await expect(stream.detail).toHaveCount(0);
});

for (const each of LOOKS) {
  test(`axe finds nothing on the console, and nothing is wider than the screen (${each.name})`, async ({
    page,
    hub,
    runnel,
  }) => {
    await look(page, each);
    await page.goto(runnel.url + at("match=axe", "match_urlpattern=https://example.com/:id"));
    const stream = hub.stream("axe");
    await open(stream);
    await expectAccessible(page, "empty");
    await publishAll(runnel, [
      { topic: "axe", data: '{"a":[1,2]}', type: "a.type" },
      { topic: "axe", data: "w".repeat(5_000) },
      ...numbered("x", 100).map((data) => ({ topic: "axe", data })),
    ]);
    await expect.poll(stream.texts).toContain("x99");
    await stream.rows.last().click();
    await stream.button("Code").click();
    await expectAccessible(page, "an event and the code");
    await stream.button("Change what it listens to").click();
    await stream.filter.fill("x");
    await expectAccessible(page, "the form and a filter");
    await stream.button("Break the connection").click();
    await expectAccessible(page, "broken");
    for (const tab of ["Publish", "Tokens", "Connected", "Numbers"]) {
      await page.getByRole("tab", { name: tab, exact: true }).click();
      await expectAccessible(page, tab);
    }
  });
}

test("text of twice the size fits on the screen", async ({ page, hub, runnel }) => {
  for (const size of [
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ]) {
    await page.setViewportSize(size);
    await page.goto(runnel.url + at("match=large"));
    const stream = hub.stream("large");
    await open(stream);
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    await publish(runnel, { topic: "large", data: "read me" });
    await expect.poll(stream.texts).toContain("read me");
    const row = await stream.rows.last().boundingBox();
    expect(row?.height).toBeGreaterThan(50);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  }
});

test("automatic changes are not announced, except the status and the result of a broken connection", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(runnel.url + at("match=quiet"));
  const stream = hub.stream("quiet");
  await open(stream);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    for (const region of document.querySelectorAll("[role=status], [aria-live]")) {
      new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    }
  });
  await publishAll(
    runnel,
    numbered("q", 1_000).map((data) => ({ topic: "quiet", data })),
  );
  await expect.poll(stream.texts).toContain("q999");
  expect(await page.evaluate("said")).toEqual([]);
});

test("the console has no animation if the reader prefers reduced motion", async ({
  page,
  hub,
  runnel,
}) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${runnel.url}/console`);
  await open(hub.stream());
  expect(await page.evaluate("document.getAnimations().length")).toBe(0);
});

test("without JavaScript the console says what it is, and how to do the same in a terminal", async ({
  browser,
  runnel,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${runnel.url}/console`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Console");
  const commands = page.locator("noscript code");
  await expect(commands.first()).toHaveText(`curl -N '${runnel.url}/.well-known/mercure?match=*'`);
  await expect(commands.last()).toContainText("curl -d topic=");
  await expect(page.getByRole("button")).toHaveCount(0);
  await context.close();
});

test("the live page links to the console, and the console links back", async ({
  page,
  hub,
  runnel,
}) => {
  await page.goto(`${runnel.url}/?close=0`);
  await page.getByRole("link", { name: "Console", exact: true }).click();
  await open(hub.stream());
  await page.getByRole("link", { name: "Live page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Server Send Events");
});
