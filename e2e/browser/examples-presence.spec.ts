import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { withFolder } from "../support/copy.ts";
import { HUB } from "../support/hub.ts";
import { expect, test } from "../support/live-page.ts";
import { connections, type Runnel, startRunnel, withRunnel } from "../support/runnel.ts";

const people = (page: Page) =>
  page.getByRole("list", { name: "Who is here" }).getByRole("listitem");

/** Enters with a name, in a browser context of one's own. */
async function come(
  context: BrowserContext,
  runnel: Pick<Runnel, "url">,
  name: string,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${runnel.url}/examples/presence`);
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Come in" }).click();
  await expect(people(page).filter({ hasText: `${name} (you)` })).toHaveCount(1);
  return page;
}

const contexts = async (browser: Browser, count: number) =>
  Promise.all(Array.from({ length: count }, () => browser.newContext()));

test("all users see a user who enters, with the name in the token, and do not see a user who closed the tab", async ({
  browser,
  runnel,
}) => {
  const [anns, bens, plain] = [
    ...(await contexts(browser, 2)),
    await browser.newContext({ javaScriptEnabled: false }),
  ];
  if (!anns || !bens || !plain) throw new Error("no browser");
  const ann = await come(anns, runnel, "Ann");
  await expect(people(ann)).toHaveText(["Ann (you)"]);
  const ben = await come(bens, runnel, "Ben <b>");
  await expect(people(ben)).toHaveText(["Ann", "Ben <b> (you)"]);
  await expect(people(ann)).toHaveText(["Ann (you)", "Ben <b>"]);

  const topic = encodeURIComponent("examples/presence");
  const listed = await (await fetch(`${runnel.url}${HUB}/subscriptions/exact/${topic}`)).json();
  const names = listed.subscriptions.map(
    (each: { payload: { name: string } }) => each.payload.name,
  );
  expect(names.sort()).toEqual(["Ann", "Ben <b>"]);

  // The first paint also has these names. A visitor who only reads the page is not in the list.
  const looking = await plain.newPage();
  await looking.goto(`${runnel.url}/examples/presence`);
  await expect(people(looking)).toHaveText(["Ann", "Ben <b>"]);

  const second = await come(anns, runnel, "Ann");
  await expect(people(ben)).toHaveText(["Ann in 2 tabs", "Ben <b> (you)"]);
  await second.close();
  await expect(people(ben)).toHaveText(["Ann", "Ben <b> (you)"]);
  await ben.close();
  await expect(people(ann)).toHaveText(["Ann (you)"]);
  await Promise.all([anns, bens, plain].map((context) => context.close()));
  await expect.poll(connections(runnel)).toBe(0);
});

for (const history of ["file", "memory"]) {
  test(`after a server was killed and restarted, each user who is still there is listed once (${history})`, async ({
    browser,
  }) => {
    await withFolder(async (folder) => {
      const env = { HISTORY_URL: history === "file" ? `file:${folder}` : "memory:" };
      const [anns, bens] = await contexts(browser, 2);
      if (!anns || !bens) throw new Error("no browser");
      const killed = await startRunnel({ env });
      const ann = await come(anns, killed, "Ann");
      const ben = await come(bens, killed, "Ben");
      await expect(people(ann)).toHaveText(["Ann (you)", "Ben"]);
      await killed.stop("SIGKILL");
      await ben.close();
      await withRunnel({ env, port: killed.port }, async () => {
        await expect(people(ann)).toHaveText(["Ann (you)"], { timeout: 30_000 });
        await ann.close();
      });
      await Promise.all([anns, bens].map((context) => context.close()));
    });
  });
}

test("a name that is not allowed is refused", async ({ page, runnel }) => {
  for (const name of ["", "%20", "x".repeat(41)]) {
    await page.goto(`${runnel.url}/examples/presence?name=${name}`);
    await expect(page.getByRole("button", { name: "Come in" })).toBeVisible();
  }
});

test("axe finds nothing on the presence page, before and after a user enters", async ({
  page,
  context,
  runnel,
}) => {
  await page.goto(`${runnel.url}/examples/presence`);
  const room = await come(context, runnel, "w".repeat(40));
  for (const each of LOOKS) {
    await look(page, each);
    await expectAccessible(page, `outside, ${each.name}`);
    await look(room, each);
    await expectAccessible(room, `in, ${each.name}`);
  }
  await room.close();
});
