import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, type Listener, SECRET, World } from "../testing/http-world.ts";
import { fieldValue } from "./request/stream-request.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

/** Returns the data of the next events. */
async function read(listener: Listener, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) found.push((await listener.next()).data);
  return found;
}

/** Publishes 1, 2 and 3 to `a`, with these ids if any are given. */
async function three(...own: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, data] of ["1", "2", "3"].entries()) {
    const id = own[index];
    ids.push(
      await world.publish(id === undefined ? { topic: "a", data } : { topic: "a", data, id }),
    );
  }
  return ids;
}

const since = (id: string) => `?match=a&last_event_id=${encodeURIComponent(id)}`;
const header = (id: string) => ({ "Last-Event-ID": fieldValue(id) });

describe("a stream that resumes after a known event", () => {
  test("delivers every later update once and in order, and confirms the event in the response", async () => {
    const ids = await three();
    const listener = await world.listen(since(ids[0] ?? ""));
    expect(listener.lastEventId).toBe(ids[0]);
    await world.publish({ topic: "a", data: "4" });
    expect(await read(listener, 3)).toEqual(["2", "3", "4"]);
  });

  test("may name the event in the header field or in the query, and the field takes precedence", async () => {
    const [first = "", second = ""] = await three();
    const byField = await world.listen("?match=a", header(second));
    const byBoth = await world.listen(since(first), header(second));
    const byUnknown = await world.listen(since(first), header("unknown"));
    expect([byField.lastEventId, byBoth.lastEventId]).toEqual([second, second]);
    expect([await read(byField, 1), await read(byBoth, 1)]).toEqual([["3"], ["3"]]);
    expect(byUnknown.lastEventId).toBe("earliest");
  });

  test("delivers nothing if the event is the newest", async () => {
    const [, , third = ""] = await three();
    const listener = await world.listen(since(third));
    expect(listener.lastEventId).toBe(third);
    await world.publish({ topic: "a", data: "4" });
    expect(await read(listener, 1)).toEqual(["4"]);
  });

  test("may name the event by an id in UTF-8, and the response has it in UTF-8", async () => {
    const id = "urn:é€😀";
    await three(id);
    for (const listener of [
      await world.listen("?match=a", header(id)),
      await world.listen(since(id)),
    ]) {
      expect(listener.lastEventId).toBe(fieldValue(id));
      expect(await read(listener, 2)).toEqual(["2", "3"]);
    }
  });

  test("may name an event of other topics, because ids belong to the hub", async () => {
    const id = await world.publish({ topic: "b", data: "0" });
    await three();
    expect(await read(await world.listen(since(id)), 3)).toEqual(["1", "2", "3"]);
  });

  test("resumes after the earliest of several events with the same id, and delivers the later ones again", async () => {
    await three("same", "other", "same");
    const listener = await world.listen(since("same"));
    expect(listener.lastEventId).toBe("same");
    expect([await listener.next(), await listener.next()]).toMatchObject([
      { id: "other", data: "2" },
      { id: "same", data: "3" },
    ]);
  });
});

describe("a stream from the earliest event", () => {
  test("delivers all stored updates, and reports no gap", async () => {
    await three();
    const listener = await world.listen(since("earliest"));
    expect(listener.lastEventId).toBe("earliest");
    expect(await read(listener, 3)).toEqual(["1", "2", "3"]);
  });

  test("begins with the first future event if the history is empty", async () => {
    const listener = await world.listen("?match=a", header("earliest"));
    expect(listener.lastEventId).toBe("earliest");
    await three();
    expect(await read(listener, 1)).toEqual(["1"]);
  });
});

describe("a stream that cannot resume after the requested event", () => {
  test("answers earliest, reports the gap first, with an id, and delivers all stored updates", async () => {
    await three();
    const listener = await world.listen(since("urn:unknown"));
    expect(listener.lastEventId).toBe("earliest");
    expect(await listener.next()).toEqual({
      id: "earliest",
      event: "runnel:gap",
      data: JSON.stringify({ requested: "urn:unknown", continuesAfter: "earliest" }),
    });
    expect(await read(listener, 3)).toEqual(["1", "2", "3"]);
  });

  test("does the same if the event was trimmed, and may resume after the id that it got instead", async () => {
    await world.end();
    world = new World({}, { retention: { maxUpdates: 2 } });
    const [first = ""] = await three();
    await world.publish({ topic: "a", data: "4" });
    const listener = await world.listen(since(first));
    expect(listener.lastEventId).toBe("earliest");
    const gap = await listener.next();
    expect(gap.event).toBe("runnel:gap");
    expect(JSON.parse(gap.data)).toEqual({ requested: first, continuesAfter: gap.id });
    expect(await read(listener, 2)).toEqual(["3", "4"]);
    // A client can resume after the id that it was given instead.
    const again = await world.listen(since(gap.id ?? ""));
    expect(again.lastEventId).toBe(gap.id);
    expect(await read(again, 2)).toEqual(["3", "4"]);
  });

  test.each(["a\nid: forged", "\u0000", "a".repeat(5_000), "\ud83d", "'); --"])(
    "reports the gap also for an id that no event can have: %j",
    async (id) => {
      const query = new URLSearchParams({ match: "a", last_event_id: id });
      const listener = await world.listen(`?${query}`);
      expect(listener.lastEventId).toBe("earliest");
      expect(await listener.next()).toMatchObject({ id: "earliest", event: "runnel:gap" });
      await three();
      expect(await read(listener, 1)).toEqual(["1"]);
    },
  );
});

describe("a stream that requests no past events", () => {
  test("delivers only new updates, and the response has no Mercure-Last-Event-ID", async () => {
    await three();
    const listener = await world.listen("?match=a");
    expect(listener.lastEventId).toBeNull();
    await world.publish({ topic: "a", data: "4" });
    expect(await read(listener, 1)).toEqual(["4"]);
  });

  test("delivers only new updates for an empty id, and the response names the event before the first", async () => {
    const empty = await world.listen("?match=b&last_event_id=");
    expect(empty.lastEventId).toBe("earliest");
    await empty.close();
    await three();
    const listener = await world.listen("?match=a&last_event_id=");
    const cursor = listener.lastEventId ?? "";
    await world.publish({ topic: "a", data: "4" });
    expect(await read(listener, 1)).toEqual(["4"]);
    expect(await read(await world.listen(since(cursor)), 1)).toEqual(["4"]);
  });
});

describe("the first heartbeat event for scripts", () => {
  const ids = async (query: string) => {
    const listener = await world.listen(`?match=a&heartbeat=event${query}`);
    const seen: { event: string | undefined; lastEventId: string }[] = [];
    let lastEventId = "";
    for (const text of (await listener.text()).split("\n\n")) {
      lastEventId = /^id:(.*)$/m.exec(text)?.[1] ?? lastEventId;
      if (/^data:/m.test(text)) seen.push({ event: /^event:(.*)$/m.exec(text)?.[1], lastEventId });
    }
    return seen;
  };

  test("has the id after which the stream begins, whatever event the request named", async () => {
    const [first = "", , third = ""] = await three();
    const beat = (lastEventId: string) => ({ event: "runnel:heartbeat", lastEventId });
    const [fromNow] = await ids("");
    expect(fromNow?.event).toBe("runnel:heartbeat");
    const rest = await world.listen(since(fromNow?.lastEventId ?? ""));
    expect(rest.lastEventId).toBe(fromNow?.lastEventId);
    await world.publish({ topic: "a", data: "4" });
    expect(await read(rest, 1)).toEqual(["4"]);
    expect((await ids(`&last_event_id=${first}`))[0]).toEqual(beat(first));
    expect((await ids(`&last_event_id=${third}`))[0]).toEqual(beat(third));
    expect((await ids("&last_event_id=earliest"))[0]).toEqual(beat("earliest"));
    const [gap, afterGap] = await ids("&last_event_id=urn:unknown");
    expect([gap, afterGap]).toEqual([
      { event: "runnel:gap", lastEventId: "earliest" },
      beat("earliest"),
    ]);
  });
});

describe("a private update in a replay", () => {
  const all = async (headers: Record<string, string>) => {
    const listener = await world.listen("?match=a&match=b&last_event_id=earliest", headers);
    await world.publish({ topic: "a", data: "end" });
    const found: string[] = [];
    for (;;) {
      const { data } = await listener.next();
      if (data === "end") return found;
      found.push(data);
    }
  };

  beforeEach(async () => {
    await world.publish({ topic: "a", private: "", data: `${SECRET} a` });
    await world.publish({ topic: "b", private: "", data: `${SECRET} b` });
    await world.publish({ topic: "a", data: "public" });
  });

  test("is delivered if the current token grants it", async () => {
    const grants = async (...topics: string[]) => bearer(await world.token("subscriber", topics));
    expect(await all(await grants("a", "b"))).toEqual([`${SECRET} a`, `${SECRET} b`, "public"]);
    expect(await all(await grants("b"))).toContain(`${SECRET} b`);
  });

  test("is not delivered if the current token does not grant it, even if an earlier token did", async () => {
    const wide = bearer(await world.token("subscriber", ["a", "b"]));
    const before = await world.listen("?match=a&match=b&last_event_id=earliest", wide);
    const { id = "" } = await before.next();
    await before.close();
    const narrow = bearer(await world.token("subscriber", ["c"]));
    const after = await world.listen("?match=a&match=b", { ...narrow, ...header(id) });
    expect(after.lastEventId).toBe(id);
    expect(await read(after, 1)).toEqual(["public"]);
  });

  test("is not delivered without a token", async () => {
    const listener = await world.listen("?match=*&last_event_id=earliest");
    expect(await read(listener, 1)).toEqual(["public"]);
  });
});
