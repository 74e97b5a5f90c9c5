/**
 * Adds this client's parameters to a hub's address: heartbeats that scripts can see, and the id to resume after.
 * A new EventSource sends no Last-Event-ID, so the id is in the query: Mercure, section Reconnection.
 * @param url absolute, or relative to the page; it is not resolved, so that this works without a page
 */
export function streamUrl(url: string, lastEventId: string | undefined): string {
  const [address = ""] = url.split("#", 1);
  const at = address.indexOf("?");
  const path = at < 0 ? address : address.slice(0, at);
  const given = at < 0 ? [] : address.slice(at + 1).split("&");
  const asked = new URLSearchParams({ heartbeat: "event" });
  if (lastEventId !== undefined) asked.set("last_event_id", lastEventId);
  const others = given.filter((pair) => pair !== "" && !asked.has(nameOf(pair)));
  return `${path}?${[...others, asked].join("&")}`;
}

function nameOf(pair: string): string {
  const [name = ""] = new URLSearchParams(pair).keys();
  return name;
}
