import { Ticker } from "./base/ticker.ts";
import type { Timers } from "./base/timers.ts";
import { Group } from "./delivery/group.ts";
import { plainBeat } from "./delivery/pulse.ts";
import { encodeEvent } from "./wire/encode.ts";

/**
 * Those who listen to the server's clock, which runs while there are any: one packet a second, the same for everybody.
 * `id:` is the time in milliseconds since 1970, `data:` is `time is ` and the date as String(new Date()) gives it.
 * It is no topic and has no history: who missed a packet gets the next.
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
