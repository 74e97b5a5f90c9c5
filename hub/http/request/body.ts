import type { Timers } from "../../base/timers.ts";
import type { BodyBudget } from "../service/body-budget.ts";
import type { ProblemName } from "../service/problem.ts";

/** The longest pause within a body, in milliseconds. */
const MAX_SILENCE_MS = 30_000;
/** The time limit for a whole body, in milliseconds. It suffices for 8 MiB at half a megabit a second. */
const MAX_BODY_MS = 120_000;
/** The time in which the rest of a refused body is discarded, in milliseconds. Many clients read no response until they have sent all. */
const LINGER_MS = 5_000;

export interface BodyLimits {
  /** The limit of this body. */
  readonly maxBytes: number;
  /** The budget of all bodies that are being read. */
  readonly budget: BodyBudget;
  readonly client: string;
  readonly timers: Timers;
}

export type BodyRead =
  | { readonly ok: true; readonly body: Buffer }
  | {
      readonly ok: false;
      readonly name: ProblemName;
      readonly problem: string;
      /** Header fields for the response. */
      readonly headers: Readonly<Record<string, string>>;
    };

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads a request's body. Meanwhile the budget counts its declared length, or the received bytes if they are more. */
export async function readBody(request: Request, limits: BodyLimits): Promise<BodyRead> {
  const { maxBytes, budget, client, timers } = limits;
  const declared = Number(request.headers.get("content-length") ?? 0);
  // Node itself discards a body that was never read.
  if (declared > maxBytes) return tooLarge(maxBytes);
  if (!request.body) return { ok: true, body: Buffer.alloc(0) };
  if (!budget.add(client, declared)) return TOO_MANY;
  let counted = declared;
  let length = 0;
  const parts: Uint8Array[] = [];
  const reader: Reader = request.body.getReader();
  const endsAt = timers.elapsed() + MAX_BODY_MS;
  try {
    for (;;) {
      const ms = Math.min(MAX_SILENCE_MS, endsAt - timers.elapsed());
      const read = await nextPart(reader, timers, ms);
      if (!read) return TOO_SLOW;
      if (read.done) return { ok: true, body: Buffer.concat(parts, length) };
      length += read.value.length;
      const more = Math.max(length - counted, 0);
      const refusal =
        length > maxBytes
          ? tooLarge(maxBytes)
          : more > 0 && !budget.add(client, more)
            ? TOO_MANY
            : undefined;
      if (refusal) {
        void throwAway(reader, timers);
        return refusal;
      }
      counted += more;
      parts.push(read.value);
    }
  } catch {
    return CUT_OFF;
  } finally {
    budget.remove(client, counted);
  }
}

/** Resolves with the body's next part; undefined: no part arrived within `ms` milliseconds. */
function nextPart(reader: Reader, timers: Timers, ms: number) {
  return new Promise<Awaited<ReturnType<Reader["read"]>> | undefined>((resolve, reject) => {
    const stop = timers.after(Math.max(ms, 0), () => resolve(undefined));
    reader.read().then(resolve, reject).finally(stop);
  });
}

/** Discards the rest of the body for up to LINGER_MS, then ends the connection. */
async function throwAway(reader: Reader, timers: Timers): Promise<void> {
  const stop = timers.after(LINGER_MS, () => reader.cancel().catch(() => {}));
  try {
    while (!(await reader.read()).done);
  } catch {
    // The client has left.
  }
  stop();
}

function tooLarge(maxBytes: number): BodyRead {
  return {
    ok: false,
    name: "too-large",
    problem: `the body may have ${maxBytes} bytes`,
    headers: {},
  };
}

const TOO_MANY: BodyRead = {
  ok: false,
  name: "too-many-bodies",
  problem: "other requests' bodies take all the memory that there is for them: send it again",
  headers: { "Retry-After": "1" },
};

const TOO_SLOW: BodyRead = {
  ok: false,
  name: "body-timeout",
  problem: `a body may pause for ${MAX_SILENCE_MS / 1000} s, and take ${MAX_BODY_MS / 1000} s in all`,
  // Node would parse the rest of the body as the next request.
  headers: { Connection: "close" },
};

/** The client has left. Only the log shows this problem. */
const CUT_OFF: BodyRead = {
  ok: false,
  name: "bad-body",
  problem: "the body was cut off",
  headers: { Connection: "close" },
};
