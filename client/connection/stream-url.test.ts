import { expect, test } from "vitest";
import { streamUrl } from "./stream-url.ts";

test.each([
  ["/hub", undefined, "/hub?heartbeat=event"],
  [
    "/hub?match=a%20b&match=*",
    "urn:uuid:1",
    "/hub?match=a%20b&match=*&heartbeat=event&last_event_id=urn%3Auuid%3A1",
  ],
  ["http://hub.example/?#top", "a&b", "http://hub.example/?heartbeat=event&last_event_id=a%26b"],
])("%j with the id %j becomes %j", (url, id, asked) => {
  expect(streamUrl(url, id)).toBe(asked);
});

test("an id to resume after replaces the one in the address, and no id keeps it", () => {
  expect(streamUrl("/hub?last_event_id=earliest&match=a", undefined)).toBe(
    "/hub?last_event_id=earliest&match=a&heartbeat=event",
  );
  expect(streamUrl("/hub?last_event_id=earliest&heartbeat=comment&match=a", "7")).toBe(
    "/hub?match=a&heartbeat=event&last_event_id=7",
  );
});
