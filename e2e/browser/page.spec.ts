import type { Page } from "@playwright/test";
import { expect, livePage, test } from "../support/live-page.ts";
import { connections } from "../support/runnel.ts";

test.describe("the seed's page", () => {
  test("opens, lists the clock's packets with their ids, and closes after 10 s with `Connection close` as the last entry", async ({
    page,
    live,
    runnel,
  }) => {
    await page.goto(runnel.url);
    const from = Date.now();
    await expect(live.status).toHaveText("Open");
    await expect.poll(connections(runnel)).toBe(1);
    await expect(page.getByText(/closes in \d+ seconds/)).toBeAttached();
    await expect(live.status).toHaveText("Closed");
    expect(Date.now() - from).toBeGreaterThan(8_500);
    expect(Date.now() - from).toBeLessThan(12_000);
    await expect.poll(connections(runnel)).toBe(0);

    const [first, ...rest] = await live.texts();
    expect(first).toBe("Connection open ...");
    expect(rest.pop()).toBe("Connection close");
    expect(rest.length).toBeGreaterThanOrEqual(8);
    for (const text of rest)
      expect(text).toMatch(/^time is \w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4} \(.+\)$/);
    await expect(live.entries.nth(1)).toContainText(/id \d{13}/);
    await expect(live.figure("events")).toHaveText(String(rest.length));
  });

  test("has the seed's words, in their languages, in one list", async ({ page, runnel }) => {
    await page.goto(`${runnel.url}/?close=0`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Server Send Events");
    const api = page.getByRole("heading", { level: 2 });
    await expect(api).toHaveText("浏览端 Web API: EventSource");
    await expect(api).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByText("接收的消息：", { exact: true })).toHaveAttribute("lang", "zh-CN");
    await expect(page.locator("ul#msg")).toHaveCount(1);
  });

  test("says so if the browser has no EventSource", async ({ page, live, runnel }) => {
    await page.addInitScript("delete globalThis.EventSource");
    await page.goto(runnel.url);
    await expect(live.status).toHaveText("Not supported");
    expect(await live.texts()).toEqual(["浏览器不支持 EventSource API"]);
    for (const name of ["Reopen", "Close now", "Keep open"])
      await expect(live.button(name)).toHaveCount(0);
  });

  test("has its text and a command for a terminal without JavaScript, and no control that does nothing", async ({
    browser,
    runnel,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(runnel.url);
    for (const words of ["Server Send Events", "浏览端 Web API: EventSource", "接收的消息："])
      await expect(page.getByText(words, { exact: true })).toBeVisible();
    const command = page.locator("noscript code");
    await expect(command).toBeVisible();
    await expect(command).toHaveText(`curl -N ${runnel.url}/api/stream`);
    await expect(page.getByRole("button")).toHaveCount(0);
    await context.close();
  });
});

test.describe("the live page's options", () => {
  test("?url= shows another server's stream, and adds nothing to its address", async ({
    page,
    live,
    scripted,
    scriptedPage,
  }) => {
    const asked = page.waitForRequest(scripted.url);
    await page.goto(scriptedPage);
    expect((await asked).url()).toBe(scripted.url);
    await expect(live.status).toHaveText("Open");
    scripted.emit("from elsewhere", { id: "e-1" });
    await expect(live.entries.last()).toContainText("from elsewhere");
    await expect(live.entries.last()).toContainText("id e-1");
    await expect(page.getByText(`curl -N ${scripted.url}`)).toBeVisible();
    await expect(page.getByText("stays open")).toBeVisible();
  });

  test("the form connects to the address that is typed into it", async ({
    page,
    live,
    runnel,
    scripted,
  }) => {
    await page.goto(`${runnel.url}/?close=0`);
    await page.getByLabel("Another event stream").fill(scripted.url);
    await page.getByLabel("Close after").fill("0");
    await page.keyboard.press("Enter");
    await expect.poll(() => scripted.connections).toBe(1);
    await expect(live.status).toHaveText("Open");
    await expect.poll(connections(runnel)).toBe(0);
  });

  test("the text `stays open` is shown only when it is true: neither before the page opens the stream, nor after the page is left", async ({
    page,
    live,
    runnel,
  }) => {
    const sent = async (query: string) => (await page.request.get(runnel.url + query)).text();
    expect((await sent("/")).includes("stays open")).toBe(false);
    expect((await sent("/?close=0")).includes("stays open")).toBe(true);
    await page.goto(`${runnel.url}/?close=60`);
    await expect(live.status).toHaveText("Open");
    const leave = () => page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await leave();
    await expect(live.status).toHaveText("Connecting");
    await expect(page.getByText("closes in 60 seconds")).toBeAttached();
    await live.button("Keep open").click();
    await expect(page.getByText("stays open")).toBeVisible();
  });

  test("a reopened stream counts down from the start, never from the time of the close", async ({
    page,
    live,
    runnel,
  }) => {
    await page.clock.install();
    await page.goto(`${runnel.url}/?close=30`);
    await expect(live.status).toHaveText("Open");
    await live.button("Close now").click();
    await expect(live.status).toHaveText("Closed");
    await page.clock.fastForward("10:00");
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => {
        const seconds = /closes in (\d+) seconds/.exec(document.body.textContent)?.[1];
        if (seconds !== undefined) seen.push(Number(seconds));
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await live.button("Reopen").click();
    await expect(page.getByText("closes in 29 seconds")).toBeAttached();
    expect(await page.evaluate("Math.max(...seen)")).toBe(30);
  });

  test("?close= closes the stream after this many seconds", async ({ page, live, runnel }) => {
    await page.goto(`${runnel.url}/?close=0.5`);
    await expect(live.status).toHaveText("Closed");
    expect((await live.texts()).at(-1)).toBe("Connection close");
  });

  test("bad values are reported together with the allowed ones, and the defaults are used", async ({
    page,
    live,
    runnel,
  }) => {
    await page.goto(`${runnel.url}/?close=soon&url=${encodeURIComponent("javascript:alert(1)")}`);
    const told = page.locator("main").getByRole("alert");
    await expect(told).toContainText('close is "soon", but must be a number of seconds from 0');
    await expect(told).toContainText('url is "javascript:alert(1)", but must be the http or https');
    await expect(live.status).toHaveText("Open");
    await expect(page.getByText(/closes in \d+ seconds/)).toBeAttached();
    await page.goto(`${runnel.url}/?close=0&unknown=x`);
    await expect(live.status).toHaveText("Open");
    await expect(told).toHaveCount(0);
  });
});

test.describe("the list", () => {
  test("shows markup in a message as text, and never runs it", async ({
    page,
    live,
    scripted,
    scriptedPage,
  }) => {
    await page.goto(scriptedPage);
    await expect.poll(() => scripted.connections).toBe(1);
    const markup = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
    scripted.emit(markup, { id: "<b>bold</b>" });
    await expect(live.entries.last()).toContainText(markup);
    await expect(live.entries.last()).toContainText("id <b>bold</b>");
    expect(await page.locator("#msg").locator("img, script, b").count()).toBe(0);
    expect(await page.title()).toContain("Runnel");
  });

  test("shows several lines as several lines, and marks a very long text that it has cut", async ({
    page,
    live,
    scripted,
    scriptedPage,
  }) => {
    await page.goto(scriptedPage);
    await expect.poll(() => scripted.connections).toBe(1);
    scripted.emit("one\ntwo");
    scripted.emit("x".repeat(10_000));
    await expect(live.entries.last()).toContainText("… 6,000 more characters");
    expect((await live.texts())[1]).toBe("one\ntwo");
  });

  test("stays bounded after 10,000 fast events, and the page stays responsive", async ({
    page,
    live,
    scripted,
    scriptedPage,
  }, info) => {
    await page.goto(scriptedPage);
    await expect(live.status).toHaveText("Open");
    await page.evaluate(() => {
      const times = { last: performance.now(), longest: 0 };
      Object.assign(globalThis, { times });
      const frame = () => {
        const now = performance.now();
        times.longest = Math.max(times.longest, now - times.last);
        times.last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const from = Date.now();
    for (let i = 0; i < 100; i += 1) {
      scripted.emitAll(Array.from({ length: 100 }, (_, k) => `event ${i * 100 + k}`));
      await new Promise(setImmediate);
    }
    await expect(live.entries.last()).toContainText("event 9999");
    await expect(live.figure("events")).toHaveText("10,000");
    const seen = Date.now() - from;
    const longest = await page.evaluate("times.longest");
    info.annotations.push({ type: "measured", description: `${seen} ms, frame ${longest} ms` });
    expect(longest).toBeLessThan(1_000);
    await expect(live.entries).toHaveCount(500);
    await expect(page.getByText("9,501 earlier entries are no longer kept")).toBeAttached();
    await live.button("Clear").click();
    await expect(live.entries).toHaveCount(0);
  });

  test("follows the newest entry while the reader is at the end, and otherwise keeps its position", async ({
    page,
    live,
    scripted,
    scriptedPage,
  }) => {
    await page.goto(scriptedPage);
    await expect(live.status).toHaveText("Open");
    const jump = live.button("Jump to newest");
    scripted.emitAll(Array.from({ length: 200 }, (_, i) => `event ${i}\n`.repeat((i % 3) + 1)));
    await expect(live.entries.last()).toBeInViewport();
    await expect(jump).toHaveCount(0);
    await page.locator("#msg").hover();
    await page.mouse.wheel(0, -2_000);
    await expect(jump).toBeVisible();
    const shown = live.entries.filter({ hasText: "event 150" });
    await shown.scrollIntoViewIfNeeded();
    scripted.emitAll(["newer", "newest"]);
    await expect(live.entries.last()).toContainText("newest");
    await expect(shown).toBeInViewport();
    await expect(async () => {
      await page.mouse.wheel(0, 2_000);
      await expect(jump).toHaveCount(0, { timeout: 500 });
    }).toPass();
    await page.mouse.wheel(0, -2_000);
    await jump.click();
    await expect(live.list).toBeFocused();
    await expect(live.entries.last()).toBeInViewport();
    scripted.emit("newest of all");
    await expect(live.entries.last()).toContainText("newest of all");
    await expect(live.entries.last()).toBeInViewport();
  });
});

test.describe("on a fast stream", () => {
  test.use({ hasTouch: true });

  const drag = async (page: Page) => {
    const { x = 0, y = 0 } = (await livePage(page).list.boundingBox()) ?? {};
    const touch = await page.context().newCDPSession(page);
    const send = (type: "touchStart" | "touchMove", down: number) =>
      touch.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: [{ x: x + 50, y: y + 50 + down }],
      });
    await send("touchStart", 0);
    for (const down of [10, 20, 30, 40, 50, 60]) await send("touchMove", down);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  const ways: readonly [string, (page: Page) => Promise<void>][] = [
    ["ArrowUp", (page) => page.keyboard.press("ArrowUp")],
    ["PageUp", (page) => page.keyboard.press("PageUp")],
    ["a slow wheel", (page) => page.mouse.wheel(0, -8)],
    ["a finger", drag],
  ];

  for (const [name, goUp] of ways) {
    test(`${name} leaves the end of the list, and the list follows again only when the reader scrolls down to it`, async ({
      page,
      live,
      scripted,
      scriptedPage,
    }) => {
      await page.goto(scriptedPage);
      await expect(live.status).toHaveText("Open");
      const jump = live.button("Jump to newest");
      let sent = 0;
      const feed = setInterval(() => {
        sent += 1;
        scripted.emit(`event ${sent}\n`.repeat(1 + (sent % 3)));
      }, 5);
      try {
        await expect(live.entries.nth(100)).toBeAttached();
        await live.list.focus();
        await live.list.hover();
        await goUp(page);
        await expect(jump).toBeVisible();
        const later = sent + 50;
        await expect
          .poll(async () => Number((await live.figure("events").textContent())?.replace(",", "")))
          .toBeGreaterThan(later);
        await expect(jump).toBeVisible();
        await expect(live.entries.last()).not.toBeInViewport();
      } finally {
        clearInterval(feed);
      }
      await page.keyboard.press("End");
      await expect(jump).toHaveCount(0);
      scripted.emit("newest of all");
      await expect(live.entries.last()).toContainText("newest of all");
      await expect(live.entries.last()).toBeInViewport();
    });
  }
});

test("the page's headers forbid foreign scripts and frames, and no stream has a policy", async ({
  page,
  runnel,
}) => {
  const response = await page.goto(`${runnel.url}/?close=0`);
  const headers = response?.headers() ?? {};
  const policy = headers["content-security-policy"] ?? "";
  expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic';/);
  expect(policy).not.toContain("unsafe");
  for (const part of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    expect(policy).toContain(part);
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(headers).not.toHaveProperty("x-powered-by");
  const again = await page.request.get(runnel.url);
  expect(again.headers()["content-security-policy"]).not.toBe(policy);
  for (const path of ["/nothing", "/api/nothing", "/stream/nothing", "/.well-known/nothing"]) {
    const missing = await page.request.get(runnel.url + path);
    expect(missing.status(), path).toBe(404);
    expect(missing.headers()["content-security-policy"], path).toContain("'nonce-");
  }
  for (const path of ["/api/stream", "/stream"]) {
    const head = await page.request.head(runnel.url + path);
    expect(head.headers()).toMatchObject({ "x-content-type-options": "nosniff" });
    expect(head.headers()).not.toHaveProperty("content-security-policy");
  }
});

test("a script that does not belong to the page does not run", async ({
  page,
  runnel,
  violations,
}) => {
  await page.goto(`${runnel.url}/?close=0`);
  await page.evaluate(() => {
    const script = document.createElement("div");
    script.innerHTML = "<img src=x onerror=\"document.title='run'\">";
    document.body.append(script);
  });
  await expect.poll(() => violations.length).toBeGreaterThan(0);
  expect(violations.splice(0).join()).toContain("Content Security Policy");
  expect(await page.title()).not.toBe("run");
});
