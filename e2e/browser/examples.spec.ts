import { request } from "node:http";
import { expect, test } from "../support/live-page.ts";
import { type Runnel, withRunnel } from "../support/runnel.ts";

const PAGES = ["", "/text", "/progress", "/presence", "/notifications"];

/** Returns the id of an action. It is the same on each server of a build, and the form that starts a job contains it. */
async function startAction(runnel: Pick<Runnel, "url">): Promise<string> {
  const html = await (await fetch(`${runnel.url}/examples/text`)).text();
  return /name="\$ACTION_ID_(\w+)"/.exec(html)?.[1] ?? "none";
}

/** Sends a request with this Host, which `fetch` does not allow. Resolves with the answer's status and address. */
function ask(
  runnel: Pick<Runnel, "url">,
  { host, action, origin }: { host?: string; action?: string; origin?: string },
): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${runnel.url}/examples/text`,
      {
        method: action ? "POST" : "GET",
        headers: {
          ...(host ? { Host: host } : {}),
          ...(origin ? { Origin: origin } : {}),
          ...(action ? { "Next-Action": action, "Content-Type": "text/plain;charset=UTF-8" } : {}),
        },
        agent: false,
      },
      (response) => {
        response.resume();
        const { statusCode: status = 0, headers } = response;
        resolve({ status, location: String(headers["x-action-redirect"] ?? "") });
      },
    );
    asked.on("error", reject);
    asked.end(action ? "[]" : undefined);
  });
}

test("outside a playground there are no examples, and no action starts a job", async ({
  runnel,
}) => {
  const action = await startAction(runnel);
  const { location } = await ask(runnel, { action, origin: runnel.url });
  expect(location).toContain("/examples/text?job=");
  await withRunnel({ env: { HOST: "0.0.0.0" } }, async (deployed) => {
    for (const page of PAGES) {
      expect((await fetch(`${deployed.url}/examples${page}`)).status, page).toBe(404);
    }
    expect(await ask(deployed, { action, origin: deployed.url })).toEqual({
      status: 404,
      location: "",
    });
    expect(await (await fetch(deployed.url)).text()).not.toContain('href="/examples"');
  });
});

test("a host name of DNS rebinding gets no example, and starts no job", async ({ runnel }) => {
  const [host, origin] = ["evil.example", "http://evil.example"];
  const action = await startAction(runnel);
  expect((await ask(runnel, { host })).status).toBe(404);
  expect(await ask(runnel, { host, origin, action })).toEqual({ status: 404, location: "" });
});

test("a page of another site may link to an example, but starts no job", async ({ runnel }) => {
  const action = await startAction(runnel);
  const origin = "http://evil.example";
  expect((await ask(runnel, {})).status).toBe(200);
  const { status, location } = await ask(runnel, { origin, action });
  expect([status >= 400, location]).toEqual([true, ""]);
});

test("as many jobs run at once as are allowed, and the next one is refused with a message", async ({
  page,
}) => {
  await withRunnel({}, async (runnel) => {
    const action = await startAction(runnel);
    const started = await Promise.all(
      Array.from({ length: 12 }, () => ask(runnel, { action, origin: runnel.url })),
    );
    expect(started.filter(({ location }) => location.includes("busy"))).toHaveLength(2);
    await page.goto(`${runnel.url}/examples`);
    await page.getByRole("link", { name: "A progress bar" }).click();
    await page.getByRole("button", { name: "Start a job" }).click();
    await expect(page.getByText("Too many jobs run at once.")).toBeVisible();
  });
});
