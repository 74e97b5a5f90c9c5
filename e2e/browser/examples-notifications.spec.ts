import type { BrowserContext, Page } from "@playwright/test";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { listen, numbered, query } from "../support/hub.ts";
import { expect, test } from "../support/live-page.ts";
import { connections, type Runnel, withRunnel } from "../support/runnel.ts";

const notes = (page: Page) => page.getByRole("region", { name: "Inbox" }).getByRole("listitem");
const unread = (page: Page) => page.getByRole("status").filter({ hasText: /unread/ });

/** Signs a user in, in a browser context of their own. `query`: the query of the page. */
async function signIn(
  context: BrowserContext,
  runnel: Pick<Runnel, "url">,
  user: string,
  search = "",
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${runnel.url}/examples/notifications${search}`);
  await page.getByRole("button", { name: `Sign in as ${user}` }).click();
  await expect(page.getByText(`You are ${user}.`)).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  return page;
}

async function send(page: Page, to: string, text: string): Promise<void> {
  await page.getByRole("combobox", { name: "To" }).selectOption(to);
  await page.getByRole("textbox", { name: "Note" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  // The form is empty again after it is sent.
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("");
}

/** Collects the tokens with which the page's streams are opened. */
function tokensOf(page: Page): Set<string> {
  const tokens = new Set<string>();
  page.on("request", async (request) => {
    if (!request.url().includes("/.well-known/mercure")) return;
    tokens.add((await request.allHeaders()).authorization ?? "none");
  });
  return tokens;
}

test("a note reaches its user alone: no part of it reaches another user's browser, or a stream with another user's token", async ({
  browser,
}) => {
  await withRunnel({}, async (runnel) => {
    const [anns, bens] = [await browser.newContext(), await browser.newContext()];
    const ann = await signIn(anns, runnel, "ann");
    const ben = await bens.newPage();
    const tokens = tokensOf(ben);
    await ben.goto(`${runnel.url}/examples/notifications`);
    await ben.getByRole("button", { name: "Sign in as ben" }).click();
    await expect.poll(() => tokens.size).toBe(1);
    const [Authorization = ""] = tokens;
    expect(Authorization).toMatch(/^Bearer /);
    const topics = ["examples/notifications/ann", "examples/notifications/ben"];
    const wires = await Promise.all(
      [query("match", ...topics), "?match=*"].map((at) =>
        listen(runnel, { at: `${at}&last_event_id=earliest`, headers: { Authorization } }),
      ),
    );

    await send(ben, "ann", "for ann alone");
    await expect(notes(ann)).toHaveText(["ben: for ann alone"]);
    await send(ann, "ben", "for ben alone");
    await expect(notes(ben)).toHaveText(["ann: for ben alone"]);
    await expect(unread(ben)).toHaveText("1 unread");
    for (const wire of wires) {
      const his = { from: "ann", text: "for ben alone" };
      await expect.poll(() => wire.data().map((data) => JSON.parse(data))).toEqual([his]);
      wire.leave();
    }
    await anns.close();
    await bens.close();
    await expect.poll(connections(runnel)).toBe(0);
  });
});

test("tokens expire and are renewed, and each note that is sent meanwhile arrives once", async ({
  browser,
}) => {
  await withRunnel({}, async (runnel) => {
    const [anns, bens] = [await browser.newContext(), await browser.newContext()];
    const ben = await signIn(bens, runnel, "ben");
    const ann = await signIn(anns, runnel, "ann");
    const tokens = tokensOf(ann);
    await ann.goto(`${runnel.url}/examples/notifications?life=2`);
    let sent = 0;
    while (tokens.size < 3 && sent < 50) {
      await send(ben, "ann", `note ${sent}`);
      sent += 1;
    }
    expect(tokens.size).toBeGreaterThanOrEqual(3);
    const texts = numbered("ben: note ", sent).toReversed();
    await expect(notes(ann)).toHaveText(texts);
    await expect(unread(ann)).toHaveText(`${sent} unread`);
    await anns.close();
    await bens.close();
  });
});

test("a note of spaces is refused, and a page of the previous user gets no stream with the next user's token", async ({
  page,
}) => {
  await withRunnel({}, async (runnel) => {
    const ann = await signIn(page.context(), runnel, "ann", "?life=2");
    await ann.getByRole("textbox", { name: "Note" }).fill("   ");
    await ann.getByRole("button", { name: "Send" }).click();
    await expect(ann.getByRole("textbox", { name: "Note" })).toHaveValue("");
    await send(ann, "ann", "a word");
    await expect(notes(ann)).toHaveText(["ann: a word"]);

    const tab = await page.context().newPage();
    await tab.goto(ann.url());
    await tab.getByRole("button", { name: "Sign out" }).click();
    await tab.getByRole("button", { name: "Sign in as ben" }).click();
    await expect(tab.getByText("You are ben.")).toBeVisible();
    // Its token has expired by now, and it gets no other one.
    await expect(ann.getByText("Reconnecting", { exact: true })).toBeVisible();
    await tab.close();
    await ann.close();
  });
});

test("an unread note stays unread after a reload, until it is read, in all tabs", async ({
  page,
  browser,
}) => {
  await withRunnel({}, async (runnel) => {
    const context = page.context();
    const ann = await signIn(context, runnel, "ann");
    for (const text of ["one", "two"]) await send(ann, "ann", text);
    await expect(unread(ann)).toHaveText("2 unread");
    await ann.reload();
    await expect(unread(ann)).toHaveText("2 unread");
    await expect(notes(ann)).toHaveText(["ann: two", "ann: one"]);

    // Without JavaScript a reader still sees the list.
    const plain = await browser.newContext({
      javaScriptEnabled: false,
      storageState: await context.storageState(),
    });
    const painted = await plain.newPage();
    await painted.goto(ann.url());
    await expect(notes(painted)).toHaveText(["ann: two", "ann: one"]);
    await plain.close();

    const tab = await context.newPage();
    await tab.goto(ann.url());
    await tab.getByRole("button", { name: "Mark as read" }).click();
    for (const each of [tab, ann]) await expect(unread(each)).toHaveText("Nothing unread");
    await tab.close();
    await ann.reload();
    await expect(unread(ann)).toHaveText("Nothing unread");
    await send(ann, "ann", "three");
    await expect(unread(ann)).toHaveText("1 unread");
    await ann.getByRole("button", { name: "Sign out" }).click();
    await expect(ann.getByRole("button", { name: "Sign in as ben" })).toBeVisible();
    await ann.close();
    await expect.poll(connections(runnel)).toBe(0);
  });
});

test("axe finds nothing on the notifications page, signed in and signed out", async ({
  page,
  runnel,
}) => {
  const check = async (shown: Page, state: string) => {
    for (const each of LOOKS) {
      await look(shown, each);
      await expectAccessible(shown, `${state}, ${each.name}`);
    }
  };
  await page.goto(`${runnel.url}/examples/notifications`);
  await check(page, "signed out");
  const ann = await signIn(page.context(), runnel, "ann");
  await send(ann, "ann", "read");
  await ann.getByRole("button", { name: "Mark as read" }).click();
  await send(ann, "ann", "w".repeat(200));
  await check(ann, "signed in");
  await ann.close();
});
