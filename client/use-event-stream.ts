import { useState } from "react";
import type { StreamOptions } from "./base/options.ts";
import type { EventStream, Snapshot } from "./base/snapshot.ts";
import { createEventStream } from "./event-stream.ts";
import { useStream } from "./use-stream.ts";

/**
 * Opens one event stream for as long as the component is mounted, and returns it with its current snapshot. A new `url` makes a new stream.
 * The other options are read only when the stream is made: to change them, give the component another `key`. `now.state` has the type of
 * `initial`, and `value` of each entry has the type that `schema` returns.
 *
 * "Resumes" means: after the last id, so that the hub replays the events that were missed. Events that the hub no longer has are a gap.
 * - Server render: makes no connection, and renders `initial`. With `lastEventId`, the cursor of that render, the stream starts right after
 *   it.
 * - Load: connects once the page is hydrated. StrictMode's second mount uses the same stream, with one connection.
 * - Events: each is folded into `state` once, in order. The component renders at most once a frame, however many events arrive.
 * - Another tab with the same url and options: one of the tabs has the connection, and sends its events to the others (`share`). When that
 *   tab is closed or frozen, another tab connects. Without Web Locks (plain HTTP off localhost) each tab has its own connection.
 * - Page hidden for `hiddenAfterMs`, or frozen: disconnects; the state is `paused`. Visible again: connects and resumes.
 * - `pagehide`: closes connection and channel and releases the lock, so that the browser may keep the page. Back: connects and resumes.
 * - Connection lost: the browser reconnects by itself and resumes. Offline, it waits; when the page is online or visible again, it tries at
 *   once.
 * - 502, 503, or any answer that is not a stream (it ends an EventSource for good): connects anew after a random wait that doubles, and
 *   resumes.
 * - Deploy: the hub ends each stream, and sends each client the time after which to reconnect. The client resumes then.
 * - Open but dead: noticed when two and a half of the hub's heartbeats are missing. A new connection resumes.
 * - A path that buffers: noticed when the hub's first bytes do not arrive in 5 s. `status.held` is true, and an entry says so.
 * - Expired token: `token` is called again, or `renew` is called once the server has refused, and the stream resumes. If the call fails, an
 *   entry says why, and the client tries again.
 * - Gap: adds an entry, and `now.gaps` grows. State that has to be complete must be loaded again.
 * - `closeAfterMs`, `stream.close()`, or an answer 204 to a stream with a token: closed until `stream.reopen()`.
 * - Unmount: closes everything.
 */
export function useEventStream<T = unknown, S = undefined>(
  url: string,
  options?: StreamOptions<T, S>,
): { stream: EventStream<T, S>; now: Snapshot<T, S> } {
  const make = () => ({ url, stream: createEventStream<T, S>({ ...options, url }) });
  const [made, setMade] = useState(make);
  if (made.url !== url) setMade(make());
  const { stream } = made;
  return { stream, now: useStream(stream) };
}
