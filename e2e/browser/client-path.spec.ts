import { expect, test } from "../support/client-hub.ts";
import { clientOf, clientUrl } from "../support/client-page.ts";
import { HUB, publish, query } from "../support/hub.ts";
import { expectWhole, startPublisher } from "../support/publisher.ts";
import { connections } from "../support/runnel.ts";

test.use({ options: { share: false } });

const LIVE = { state: "open", held: false };

for (const [what, head, held] of [
  ["buffers", false, { state: "open", held: true }],
  ["compresses", true, { state: "connecting", held: true }],
] as const) {
  test(`a path that ${what} from the first is reported, and the buffered events come once, when the path releases them`, async ({
    page,
    way,
    runnel,
    topic,
    options,
  }) => {
    way.buffer(true, { head });
    await page.goto(clientUrl(way, { url: HUB + query("match", topic), ...options }));
    const client = clientOf(page);
    await expect.poll(connections(runnel)).toBe(1);
    const publisher = startPublisher(runnel, { topic });
    const status = async () => (await client.now()).status;
    await expect.poll(status, { timeout: 30_000 }).toMatchObject(held);
    expect(await client.heard()).toEqual([]);
    await publisher.more(5);
    way.buffer(false);
    await expect.poll(status, { timeout: 30_000 }).toMatchObject(LIVE);
    await publisher.more(5);
    await expectWhole(client.heard, publisher);
    await page.close();
    await expect.poll(connections(runnel)).toBe(0);
  });
}

test("a path that begins to buffer is detected and reported, and nothing is lost when it stops", async ({
  client,
  way,
  publisher,
}) => {
  way.buffer(true);
  const status = async () => (await client.now()).status;
  await expect.poll(status, { timeout: 30_000 }).toMatchObject({ state: "open", held: true });
  way.buffer(false);
  await expect.poll(status, { timeout: 30_000 }).toMatchObject(LIVE);
  await publisher.more(5);
  await expectWhole(client.heard, publisher);
});

test("updates that arrive late over a slow connection are complete", async ({
  client,
  way,
  publisher,
}) => {
  way.slow(200);
  await publisher.more(40);
  await publisher.stop();
  expect((await client.heard()).length).toBeLessThan(publisher.taken.length);
  way.slow(Number.POSITIVE_INFINITY);
  await expectWhole(client.heard, publisher);
});

test("an event that takes longer than the allowed silence of a stream is still received", async ({
  client,
  way,
  runnel,
  topic,
}) => {
  way.slow(5_000);
  const data = "x".repeat(15_000);
  await publish(runnel, { topic, data });
  await expect.poll(() => way.requests).toBeGreaterThan(1);
  const heard = () => client.heard().then((all) => all.length);
  await expect.poll(heard, { timeout: 30_000 }).toBe(1);
});

test("a publisher may choose any ids, and the client resumes after them", async ({
  client,
  way,
  runnel,
  topic,
}) => {
  const id = "urn:note:ü&+ %2520 #1?a=b";
  expect(await publish(runnel, { topic, data: "first", id })).toBe(id);
  await expect.poll(client.lastId).toBe(id);
  way.refuse(1);
  way.drop();
  await publish(runnel, { topic, data: "second" });
  await expect.poll(client.heard).toEqual(["first", "second"]);
  expect((await client.now()).gaps).toBe(0);
});
