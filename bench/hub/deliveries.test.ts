import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { Deliveries } from "./deliveries.mjs";
import { Subscriber } from "./subscriber.mjs";
import { dataOf } from "./updates.mjs";

let server: Server | undefined;
let subscriber: Subscriber | undefined;

afterEach(async () => {
  subscriber?.close();
  if (!server) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
});

/** Receives updates with these numbers, for a subscriber that expects `due` updates, beginning with number 1. */
async function receive(numbers: number[], { due = numbers.length, ordered = true } = {}) {
  server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const number of numbers) response.write(`data:${dataOf(number, 0, 30)}\n\n`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const deliveries = new Deliveries();
  deliveries.start(due, true);
  subscriber = new Subscriber(
    { port, path: "/", from: 1, ordered, lastEventId: undefined, token: undefined, keepsId: false },
    deliveries.onDelivery,
    deliveries.fail,
  );
  await deliveries.all();
  await deliveries.nothingMore();
}

describe("deliveries", () => {
  test("are complete and in order", async () => {
    await expect(receive([1, 2, 3])).resolves.toBeUndefined();
  });

  test.each([
    ["left out", [1, 3]],
    ["sent twice", [1, 1]],
    ["out of order", [2, 1]],
  ])("fail if an update is %s", async (_case, numbers) => {
    await expect(receive(numbers)).rejects.toThrow("wrong delivery");
  });

  test("fail if one more update comes than is due", async () => {
    await expect(receive([1, 2, 3], { due: 2 })).rejects.toThrow("3 deliveries, 2 due");
  });

  test("may come in any order if several connections publish, but each once", async () => {
    await expect(receive([2, 1, 3], { ordered: false })).resolves.toBeUndefined();
  });

  test("fail if an update comes twice, in any order", async () => {
    await expect(receive([2, 1, 2], { ordered: false })).rejects.toThrow("wrong delivery");
  });
});
