import { useState } from "react";
import type { StreamOptions } from "./base/options.ts";
import type { EventStream, Snapshot } from "./base/snapshot.ts";
import { createEventStream } from "./event-stream.ts";
import { useStream } from "./use-stream.ts";

/**
 * One event stream for as long as the component is mounted, and what is to be seen of it now. Another url makes another stream; the
 * other options are read when it is made: to change them, give the component another `key`. `now.state`, and `value` of each entry, have
 * the types of `initial` and `schema`.
 *
 * What happens, and what it does. To go on means: from the last id, so that a hub replays what was missed; what it no longer has is a gap.
 * - Server render: connects nothing, and renders `initial`. With `lastEventId`, the cursor of that render, the stream begins right behind it.
 * - Load: connects once the page has been hydrated. StrictMode's second mount finds the same stream, with one connection.
 * - Events: folded into `state` in order, each once; the component renders at most once a frame, however many there are.
 * - Another tab with the same url and options: one of them has the connection, and tells the others (`share`). When it is left, or frozen,
 *   another takes over. Without Web Locks (plain HTTP off localhost) each has its own.
 * - Hidden for `hiddenAfterMs`, or frozen: lets go of the connection, state `paused`. Seen again: connects, and goes on.
 * - `pagehide`: lets go of connection, lock and channel, so that the browser may keep the page. Back: connects, and goes on.
 * - Connection lost: the browser tries again by itself, and goes on. Offline it waits; online, or seen, it tries at once.
 * - 502, 503, or anything that is no stream, which ends an EventSource for good: a new one after a random wait that doubles, and goes on.
 * - Deploy: the hub ends each stream and tells each client when to come back; it goes on then.
 * - Open but dead: noticed when two and a half of the hub's heartbeats are missing; a new connection goes on.
 * - A path that buffers: noticed when the hub's first bytes are not there in 5 s; `status.held`, and an entry that says so.
 * - Token's end: `token` is asked again, or `renew` is called once the server has refused, and the stream goes on. If either fails, an entry
 *   says why, and it is tried again.
 * - Gap: an entry, and `now.gaps` grows; state that has to be whole is to be read anew.
 * - `closeAfterMs`, `stream.close()`, an answer 204 to a stream with a token: closed until `stream.reopen()`.
 * - Unmount: lets go of everything.
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
