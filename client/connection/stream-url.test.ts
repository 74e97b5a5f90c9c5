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
])("%j from %j is %j: what is given is left as it is", (url, id, asked) => {
  expect(streamUrl(url, id)).toBe(asked);
});

test("where to go on from takes the place of what the address had, and only then", () => {
  expect(streamUrl("/hub?last_event_id=earliest&match=a", undefined)).toBe(
    "/hub?last_event_id=earliest&match=a&heartbeat=event",
  );
  expect(streamUrl("/hub?last_event_id=earliest&heartbeat=comment&match=a", "7")).toBe(
    "/hub?match=a&heartbeat=event&last_event_id=7",
  );
});
