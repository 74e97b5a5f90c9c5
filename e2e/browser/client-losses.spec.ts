import type { ClientOptions } from "../support/client-entry.ts";
import { expect, test } from "../support/client-hub.ts";
import { publish } from "../support/hub.ts";
import { expectWhole } from "../support/publisher.ts";

/**
 * The ways to read a stream. A playground accepts any token. The files client-path and client-server test a tab with its own EventSource.
 */
const TRANSPORTS: Record<string, Partial<ClientOptions>> = {
  "a connection for all tabs": {},
  "a fetch with a token": { token: "token" },
};

for (const [name, options] of Object.entries(TRANSPORTS)) {
  test.describe(`nothing is lost over ${name}`, () => {
    test.use({ options });
    test.beforeEach(({ page }) => page.exposeFunction("token", () => "any"));

    test("when the stream is cut, and the next requests are answered with 502, a login page and 503", async ({
      client,
      way,
      publisher,
    }) => {
      for (const status of [502, 200, 503]) way.refuse(1, status);
      way.drop();
      await expect.poll(() => way.requests).toBe(5);
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting", "open"]);
      await publisher.more(5);
      await expectWhole(client.heard, publisher);
    });

    test("when the stream is cut in the middle of an event, and when it ends", async ({
      client,
      way,
      publisher,
    }) => {
      way.drop(100);
      await expect.poll(() => way.requests).toBe(2);
      await expect.poll(() => way.connections).toBe(1);
      await publisher.more(5);
      way.end();
      await expect.poll(() => way.requests).toBe(3);
      await publisher.more(5);
      await expectWhole(client.heard, publisher);
    });

    test("when the stream is open but dead", async ({ client, way, publisher }) => {
      way.stall();
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting"]);
      way.stall(false);
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting", "open"]);
      await publisher.more(5);
      await expectWhole(client.heard, publisher);
    });

    test("when the stream is cut before its first event", async ({
      client,
      way,
      runnel,
      topic,
    }) => {
      way.stall();
      way.drop();
      await expect.poll(() => way.requests).toBe(2);
      await publish(runnel, { topic, data: "while nobody listened" });
      way.stall(false);
      await expect.poll(client.heard).toEqual(["while nobody listened"]);
    });
  });
}
