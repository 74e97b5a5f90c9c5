import { type Chunk, encodeEvent } from "./encode.ts";
import { Group } from "./group.ts";
import { plainBeat } from "./pulse.ts";
import type { Stop, Timers } from "./timers.ts";

const SECOND = 1000;

/**
 * The server's clock: one packet a second, the same for everybody.
 * `id:` is the time in milliseconds since 1970, `data:` is `time is ` and the date as String(new Date()) gives it.
 * It is no topic and has no history: who missed a packet gets the next.
 */
export class Clock {
  readonly #timers: Timers;
  readonly #emit: (packet: Chunk) => void;
  #stop: Stop | undefined;

  constructor(timers: Timers, emit: (packet: Chunk) => void) {
    this.#timers = timers;
    this.#emit = emit;
  }

  start(): void {
    if (this.#stop === undefined) this.#arm(this.#timers.elapsed() + SECOND);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  // Each tick is timed from the one before, not from when its timer fired: lateness does not add up.
  #arm(due: number): void {
    const now = this.#timers.elapsed();
    // A process that was stopped for a while goes on from now, instead of catching up.
    const next = due < now ? now + SECOND : due;
    this.#stop = this.#timers.after(next - now, () => {
      this.#arm(next + SECOND);
      const time = this.#timers.now();
      this.#emit(encodeEvent({ id: String(time), data: `time is ${new Date(time)}` }));
    });
  }
}

/** Those who listen to the clock, which runs while there are any. */
export function clockGroup(timers: Timers, heartbeatMs: number): Group {
  const beat = plainBeat(heartbeatMs);
  const clock = new Clock(timers, (packet) => group.send(packet));
  const group: Group = new Group({
    timers,
    heartbeatMs,
    heartbeat: () => beat,
    onJoin: () => clock.start(),
    onEmpty: () => clock.stop(),
  });
  return group;
}
