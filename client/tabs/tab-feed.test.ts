import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Feed, FeedHandlers } from "../base/feed.ts";
import { FakeBrowser, seeded } from "../testing/fake-browser.ts";
import { FakeHub, idOf } from "../testing/fake-hub.ts";
import { FakePage } from "../testing/fake-page.ts";
import { PROTOCOL } from "./messages.ts";
import { TabFeed } from "./tab-feed.ts";

let browser: FakeBrowser;
let hub: FakeHub;
let pages: FakePage[];

beforeEach(() => {
  browser = new FakeBrowser(seeded(7));
  hub = new FakeHub();
  pages = [];
});

afterEach(async () => {
  for (const { tab } of pages) tab.thaw();
  await browser.advance(10_000);
  for (const page of pages) if (page.running) page.stop();
  await browser.advance(1_000);
  expect(hub.connections.size).toBe(0);
  expect(browser.leftovers).toBe(0);
});

/** Opens a tab, and waits for everything that follows from that. */
async function open(after?: number): Promise<FakePage> {
  const page = new FakePage(browser.open(), hub);
  pages.push(page);
  page.start(after);
  await browser.advance(1_000);
  return page;
}

async function publish(count = 1): Promise<void> {
  for (let n = 0; n < count; n += 1) hub.publish();
  await browser.advance(1_000);
}

describe("one connection for all tabs", () => {
  test("is shared by ten tabs, and each delivers each event once, in order, as over its own", async () => {
    for (let n = 0; n < 10; n += 1) await open();
    await publish(5);
    expect(hub.connections.size).toBe(1);
    for (const page of pages) {
      expect(page.told).toEqual([1, 2, 3, 4, 5]);
      expect(page.statuses).toEqual(["connecting", "open"]);
      expect([page.opens, page.losses, page.lastId]).toEqual([1, 0, idOf(5)]);
    }
  });

  test("makes a later tab live at once, with an id to resume after before any event", async () => {
    await open();
    await publish(3);
    const late = await open();
    expect(late.statuses).toEqual(["connecting", "open"]);
    expect(late.lastId).toBe(idOf(3));
    await publish();
    expect(late.told).toEqual([4]);
  });

  test("needs no sign of life in a single tab, which has no timers", async () => {
    const page = await open();
    expect(page.tab.timers).toBe(0);
  });

  test("reports its losses, tries and openings once to each tab, and a tab that hurries hurries it", async () => {
    const [, follower] = [await open(), await open()];
    hub.down = true;
    for (const feed of hub.connections) feed.cut();
    await browser.advance(4_000);
    expect(follower.statuses).toEqual(["connecting", "open", "reconnecting"]);
    expect(follower.losses).toBe(1);
    hub.down = false;
    follower.feed.hurry();
    await browser.advance(500);
    expect(follower.statuses).toEqual(["connecting", "open", "reconnecting", "open"]);
    expect([follower.opens, follower.losses]).toEqual([2, 1]);
  });
});

describe("a leader that is stopped", () => {
  test("is replaced at once, and its follower resumes after its own last event, so that none is lost or repeated", async () => {
    const leader = await open();
    const followers = [await open(), await open()];
    await publish(3);
    hub.publish();
    leader.stop();
    hub.publish();
    await publish();
    for (const { told } of followers) expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    expect(leader.told).toEqual([1, 2, 3]);
    expect(hub.connections.size).toBe(1);
  });

  test("releases lock and channel before stop() returns, as a page must to be kept for Back", async () => {
    const page = await open();
    page.stop();
    expect(browser.channels(`${PROTOCOL} stream`).size).toBe(0);
    await browser.advance(0);
    expect(browser.leftovers).toBe(0);
    await publish(2);
    page.resume();
    await browser.advance(1_000);
    expect(page.told).toEqual([1, 2]);
  });

  test("is replaced by a live tab in time, even if the next tab in the queue is frozen", async () => {
    const leader = await open();
    const frozen = await open();
    const live = await open();
    frozen.tab.freeze();
    leader.stop();
    await browser.advance(15_000);
    await publish(2);
    expect(live.told).toEqual([1, 2]);
    frozen.tab.thaw();
    await browser.advance(1_000);
    expect(frozen.told).toEqual([1, 2]);
    expect(hub.connections.size).toBe(1);
  });
});

describe("a leader that is frozen", () => {
  test("is replaced within 15 s, and follows without a lost event when it is thawed", async () => {
    const leader = await open();
    const followers = [await open(), await open()];
    await publish(2);
    leader.tab.freeze();
    await publish(2);
    await browser.advance(14_000);
    for (const { told } of followers) expect(told).toEqual([1, 2, 3, 4]);
    await publish(2);
    leader.tab.thaw();
    await publish(2);
    for (const { told } of pages) expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(hub.connections.size).toBe(1);
  });

  test("is not replaced while its follower is hidden, for a minute and some seconds", async () => {
    const leader = await open();
    const hidden = await open();
    hidden.tab.visible = false;
    await browser.advance(10_000);
    leader.tab.freeze();
    await publish();
    await browser.advance(30_000);
    expect(hidden.told).toEqual([]);
    await browser.advance(40_000);
    expect(hidden.told).toEqual([1]);
  });

  test("is distinguished from a silent one, which answers its followers and stays the leader", async () => {
    await open();
    const follower = await open();
    await browser.advance(300_000);
    expect(follower.opens).toBe(1);
    expect(follower.statuses).toEqual(["connecting", "open"]);
  });
});

describe("catching up", () => {
  test("a tab with a cursor that the leader remembers gets the later items, and opens no connection", async () => {
    await open();
    await publish(10);
    const before = hub.opened;
    const late = await open(4);
    expect(late.told).toEqual([5, 6, 7, 8, 9, 10]);
    expect(hub.opened).toBe(before);
  });

  test("a tab with an older cursor has its own connection only until it meets the others", async () => {
    await publish(10);
    await open();
    await publish(2);
    const late = await open(4);
    await publish();
    expect(late.told).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(hub.connections.size).toBe(1);
    expect(hub.opened).toBe(2);
  });

  test("a tab with a cursor ahead of its leader skips the events that its page has", async () => {
    await open();
    await publish(3);
    hub.down = true;
    for (const feed of hub.connections) feed.cut();
    await publish(3);
    const ahead = await open(5);
    hub.down = false;
    await browser.advance(5_000);
    await publish(1);
    expect(ahead.told).toEqual([6, 7]);
    expect(hub.connections.size).toBe(1);
  });

  test("ten new tabs with unknown cursors open two connections at most, and end with one", async () => {
    await publish(20);
    await open();
    for (let n = 0; n < 9; n += 1) {
      const page = new FakePage(browser.open(), hub);
      pages.push(page);
      page.start(n);
    }
    let most = 0;
    for (let n = 0; n < 200; n += 1) {
      await browser.advance(20);
      most = Math.max(most, hub.connections.size);
      if (n % 20 === 0) hub.publish();
    }
    await publish();
    expect(most).toBe(2);
    expect(hub.connections.size).toBe(1);
    for (const { told } of pages.slice(1)) expect(told.slice(-5)).toEqual(hub.events().slice(-5));
  });

  test("a second connection on a silent stream ends too, by the cursors of heartbeats", async () => {
    hub.publish(false);
    await open();
    hub.publish(false);
    hub.publish(false);
    const quiet = await open(2);
    expect(hub.connections.size).toBe(2);
    for (let n = 0; n < 4; n += 1) {
      hub.publish(false);
      await browser.advance(15_000);
    }
    expect(hub.connections.size).toBe(1);
    await publish();
    expect(quiet.told).toEqual([hub.head]);
  });

  test("lost messages are noticed with the next message, and sent again from the leader's memory", async () => {
    await open();
    const follower = await open();
    await publish(2);
    const before = hub.opened;
    browser.lossy = 1;
    await publish(3);
    browser.lossy = 0;
    await publish();
    expect(follower.told).toEqual([1, 2, 3, 4, 5, 6]);
    expect(hub.opened).toBe(before);
  });

  test("a frozen follower that thaws delivers all events of that time, once", async () => {
    await open();
    const follower = await open();
    follower.tab.freeze();
    await publish(5);
    browser.lossy = 1;
    await publish(5);
    browser.lossy = 0;
    follower.tab.thaw();
    await publish();
    expect(follower.told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe("a stream without ids", () => {
  /** Opens two tabs, where the test controls the leader's connection. */
  async function two(memory: number): Promise<{ on: FeedHandlers; told: string[] }> {
    const feeds: FeedHandlers[] = [];
    const told: string[] = [];
    for (const isFollower of [false, true]) {
      const tab = browser.open();
      const handlers: FeedHandlers = {
        onStatus() {},
        onOpen() {},
        onEvent: ({ data }) => isFollower && told.push(data),
        onCursor: (id) => isFollower && told.push(`cursor ${id}`),
        onGap: () => isFollower && told.push("gap"),
        onLoss() {},
      };
      const feed = new TabFeed(
        {
          name: "plain",
          world: tab.world,
          memory: { items: memory, characters: 1_000 },
          open: (on): Feed => {
            feeds.push(on);
            return { start: () => {}, stop: () => {}, hurry: () => {} };
          },
        },
        handlers,
      );
      feed.start();
      leave.push(() => feed.stop());
      await browser.advance(1_000);
    }
    const [on] = feeds;
    if (on === undefined) throw new Error("nobody leads");
    return { on, told };
  }

  let leave: (() => void)[] = [];
  afterEach(() => {
    for (const stop of leave) stop();
    leave = [];
  });

  async function emit(on: FeedHandlers, ...texts: string[]): Promise<void> {
    for (const data of texts) on.onEvent({ id: "", type: "message", data });
    await browser.advance(1_000);
  }

  test("is delivered to all tabs, and lost messages are sent again from memory", async () => {
    const { on, told } = await two(10);
    await emit(on, "a");
    browser.lossy = 1;
    await emit(on, "b");
    browser.lossy = 0;
    await emit(on, "c");
    expect(told).toEqual(["a", "b", "c"]);
  });

  test("has a gap if more messages were lost than the leader remembers", async () => {
    const { on, told } = await two(2);
    await emit(on, "a");
    browser.lossy = 1;
    await emit(on, "b", "c", "d", "e");
    browser.lossy = 0;
    await emit(on, "f");
    expect(told).toEqual(["a", "gap", "e", "f"]);
  });
});

describe("faults around a tab", () => {
  function refuse(): never {
    throw new DOMException("refused", "SecurityError");
  }

  test.each([
    ["has no locks", { locks: undefined }],
    ["has no channels", { channel: () => undefined }],
    ["refuses channels", { channel: refuse }],
  ])("if the browser %s, each tab has a connection of its own", async (_, changes) => {
    for (let n = 0; n < 2; n += 1) {
      const page = new FakePage(browser.open(), hub, { changes });
      pages.push(page);
      page.start();
    }
    await browser.advance(1_000);
    await publish(2);
    for (const { told } of pages) expect(told).toEqual([1, 2]);
    expect(hub.connections.size).toBe(2);
  });

  test("if the browser refuses locks, each tab has a connection of its own", async () => {
    for (let n = 0; n < 2; n += 1) {
      const page = new FakePage(browser.open(), hub);
      page.tab.refusesLocks = true;
      pages.push(page);
      page.start();
    }
    await browser.advance(30_000);
    await publish(2);
    for (const { told } of pages) expect(told).toEqual([1, 2]);
    expect(hub.connections.size).toBe(2);
  });

  test("a message that does not match the protocol is ignored", async () => {
    const [leader, follower] = [await open(), await open()];
    const channel = browser.open().world.channel(`${PROTOCOL} stream`);
    const wrong = [
      null,
      "lead",
      { kind: "lead" },
      { kind: "item", term: "x", seq: 1, item: { kind: "gap" } },
      { kind: "item", term: "999999999999999 x", seq: -1, item: { kind: "gap" } },
      { kind: "item", term: "999999999999999 x", seq: 1, item: { kind: "event", id: 1 } },
      { kind: "hello", tab: "x", ask: "1", term: "", seq: 0 },
    ];
    for (const message of wrong) channel?.postMessage(message);
    await publish(2);
    channel?.close();
    expect([leader.told, follower.told]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(follower.statuses).toEqual(["connecting", "open"]);
  });

  test("a page that stops during a report gets no further report", async () => {
    const [leader, follower] = [await open(), await open()];
    for (const page of [leader, follower]) {
      const { onEvent } = page;
      page.onEvent = (event) => {
        onEvent.call(page, event);
        page.stop();
      };
    }
    await publish(3);
    expect([leader.told, follower.told]).toEqual([[1], [1]]);
  });
});
