import { Ticker } from "./base/ticker.ts";
import type { Timers } from "./base/timers.ts";
import { Group } from "./delivery/group.ts";
import { plainBeat } from "./delivery/pulse.ts";
import { encodeEvent } from "./wire/encode.ts";

/**
 * Makes the group of the clock's subscribers. Sends the same event to all of them once a second, while there are any.
 * `id:` is the time in milliseconds since 1970; `data:` is `time is ` and the date in the format of String(new Date()).
 * The clock is not a topic and has no history: a client that missed an event gets the next one.
 */
export function clockGroup(timers: Timers, heartbeatMs: number): Group {
  const beat = plainBeat(heartbeatMs);
  const ticker = new Ticker(timers, () => {
    const time = timers.now();
    group.send(encodeEvent({ id: String(time), data: `time is ${new Date(time)}` }));
  });
  const group: Group = new Group({
    timers,
    heartbeatMs,
    heartbeat: () => beat,
    onJoin: () => ticker.start(),
    onEmpty: () => ticker.stop(),
  });
  return group;
}
