import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { WITHOUT_BUILDS, withCopy } from "../support/copy.ts";
import { HUB, listen, numbered, query } from "../support/hub.ts";
import { connections, ROOT, startRunnel, withRunnel } from "../support/runnel.ts";

/** Subscribes, and resumes after a reload from the last event that the page has stored. */
function listenInPage(stream: string): void {
  const kept: { id: string; data: string }[] = JSON.parse(sessionStorage.getItem("kept") ?? "[]");
  const last = kept.at(-1);
  const from = last ? `&last_event_id=${encodeURIComponent(last.id)}` : "";
  new EventSource(stream + from).onmessage = ({ lastEventId, data }) => {
    kept.push({ id: lastEventId, data });
    sessionStorage.setItem("kept", JSON.stringify(kept));
  };
}

test("a page that is reloaded while another page publishes receives each event once", async ({
  context,
}) => {
  await withRunnel({}, async (runnel) => {
    // A page of the same origin, without a policy that blocks the test's scripts.
    const address = `${runnel.url}/api/health`;
    const publisher = await context.newPage();
    await publisher.goto(address);
    const reader = await context.newPage();
    await reader.addInitScript(listenInPage, HUB + query("match", "burst"));
    await reader.goto(address);
    await expect.poll(connections(runnel)).toBe(1);
    const published = publisher.evaluate(async (hub) => {
      const ids: string[] = [];
      for (let index = 0; index < 400; index += 1) {
        const body = new URLSearchParams({ topic: "burst", data: `n${index}` });
        const response = await fetch(hub, { method: "POST", body });
        ids.push(await response.text());
      }
      return ids;
    }, HUB);
    const kept = () =>
      reader.evaluate<{ id: string; data: string }[]>(
        "JSON.parse(sessionStorage.getItem('kept') ?? '[]')",
      );
    const count = async () => (await kept()).length;
    const atReloads: number[] = [];
    for (const enough of [30, 120, 210]) {
      await expect.poll(count, { intervals: [5] }).toBeGreaterThanOrEqual(enough);
      atReloads.push(await count());
      await reader.reload();
    }
    const ids = await published;
    // Otherwise no reload was in the middle of the updates.
    expect(Math.max(...atReloads)).toBeLessThan(400);
    await expect.poll(count).toBe(400);
    const data = numbered("n", 400);
    expect(await kept()).toEqual(data.map((each, index) => ({ id: ids[index], data: each })));
    await reader.close();
    await publisher.close();
    await expect.poll(connections(runnel)).toBe(0);
  });
});

const ROUTE = `import { publish, subscribe } from "../../../runnel.ts";

export async function POST(request: Request) {
  const id = await publish({ topic: "own", type: "note", data: await request.json() });
  return Response.json({ id });
}

export async function GET(request: Request) {
  const events = [];
  const { signal } = request;
  const asked = { matchUrlPattern: "ow:rest", lastEventId: "earliest", signal };
  for await (const { id, type, data } of await subscribe(asked)) {
    events.push({ id, type, data });
    if (events.length === 2) break;
  }
  return Response.json(events);
}
`;

const PAGE = `import { connection } from "next/server";
import { lastUpdates, publish } from "../../runnel.ts";

async function say() {
  "use server";
  await publish({ topic: ["own", "other"], data: "from an action" });
}

export default async function Page() {
  await connection();
  const { updates, lastEventId } = await lastUpdates({ match: "own", count: 2 });
  return (
    <form action={say}>
      <output>{JSON.stringify({ updates, lastEventId })}</output>
      <button type="submit">Say it</button>
    </form>
  );
}
`;

test("a route handler and a server action publish and subscribe with two functions, and a page is rendered with the last updates", async ({
  page,
}) => {
  test.setTimeout(180_000);
  await withCopy(
    ROOT,
    async (folder) => {
      mkdirSync(join(folder, "app/fixture/notes"), { recursive: true });
      writeFileSync(join(folder, "app/fixture/notes/route.ts"), ROUTE);
      writeFileSync(join(folder, "app/fixture/page.tsx"), PAGE);
      const runnel = await startRunnel({ mode: "dev", folder });
      try {
        const notes = `${runnel.url}/fixture/notes`;
        const listener = await listen(runnel, { at: query("match", "own") });
        const body = JSON.stringify({ text: "from a route" });
        const { id } = await (await fetch(notes, { method: "POST", body })).json();
        const note = { id, type: "note", data: body };
        await expect.poll(() => listener.events).toEqual([note]);
        const heard = fetch(notes).then((response) => response.json());
        await page.goto(`${runnel.url}/fixture`);
        // The rendered updates and then a stream: together all updates, each once.
        const shown = async () => JSON.parse((await page.locator("output").textContent()) ?? "");
        const { updates, lastEventId } = await shown();
        expect(updates).toEqual([note]);
        await page.getByRole("button", { name: "Say it" }).click();
        await expect.poll(() => listener.events.length).toBe(2);
        const [, said] = listener.events;
        expect(said).toMatchObject({ type: "message", data: "from an action" });
        expect(await heard).toEqual([note, said]);
        const rest = await listen(runnel, {
          at: `${query("match", "own")}&last_event_id=${lastEventId}`,
        });
        await expect.poll(() => rest.events).toEqual([said]);
        rest.leave();
        await page.reload();
        expect((await shown()).updates).toEqual([note, said]);
        await page.close();
        listener.leave();
        // The loop that was left has no subscription any more.
        await expect.poll(connections(runnel)).toBe(0);
      } finally {
        await runnel.stop();
      }
      expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
    },
    WITHOUT_BUILDS,
  );
});
