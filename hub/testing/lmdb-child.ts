/**
 * Runs in a separate process for tests: they kill or stop it, fill its disk, or let it own a log.
 * It reports each action in a line at once, so that a kill loses no line.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemTimers } from "../base/timers.ts";
import { openLmdbLog } from "../log/lmdb/lmdb.ts";
import { append, appendEvents, event, exact, idsOf, ROOMY, readAll, update } from "./updates.ts";

const [task, folder = "", pidSpace] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);
const log = await openLmdbLog({
  folder,
  retention: ROOMY,
  timers: systemTimers,
  waitForOwnerMs: task === "own-patiently" ? 10_000 : 0,
  ...(pidSpace ? { pidSpace } : {}),
});
void log.lost.then(({ code, message }) => say(`lost ${code} ${message}`));
say(`open ${process.pid}`);

async function appendUntilKilled(worker: number): Promise<void> {
  for (let round = 0; ; round += 1) {
    const batch = Array.from({ length: 1 + (round % 5) }, (_, index) => {
      const data = `${worker}.${round}.${index}.${"x".repeat((round * 97) % 5_000)}`;
      return update([`t${round % 7}`, "all"], data, round % 3 === 0 ? { id: data } : {});
    });
    const ids = idsOf(await append(log, ...batch));
    for (const [index, id] of ids.entries()) say(`${id}\t${batch[index]?.data}`);
  }
}

/** Makes appends that are large enough to need several transactions each. */
async function appendLargeUntilKilled(): Promise<void> {
  // This reserves positions far after the updates. A restart begins after the reserved positions.
  await appendEvents(log, [event("v")], { volatile: true });
  for (let round = 0; ; round += 1) {
    const batch = Array.from({ length: 2_000 }, (_, index) =>
      update(["all", `t${index}`], `${process.pid}.${round}.${index}`, { id: `${index}` }),
    );
    const receipt = { publisher: "p", key: `${process.pid}.${round}`, bodyHash: "h" };
    await log.append({ lane: "updates", updates: batch, receipt });
    say(`${process.pid}.${round}`);
  }
}

async function fillTheDisk(): Promise<void> {
  const large = Array.from({ length: 200 }, () => update("a", "z".repeat(100_000)));
  const failure = await append(log, ...large).catch((error: unknown) => error);
  const code = failure instanceof Error && "code" in failure ? failure.code : "none";
  await log.trim();
  const left = await readAll(log, { matchers: [exact("a")] });
  say(`large ${code}, nothing is left ${left.length === 0 && log.last === 0}`);
  let kept = 0;
  const attempt = async () => {
    try {
      await append(log, update("a", "x".repeat(100_000)), update("a", "y".repeat(100_000)));
      kept += 2;
      return "kept";
    } catch (error) {
      return error instanceof Error && "code" in error
        ? `${error.code} ${error.message}`
        : `${error}`;
    }
  };
  let answer = await attempt();
  while (answer === "kept") answer = await attempt();
  const { last } = log;
  for (let index = 0; index < 3; index += 1) say(`refused ${await attempt()}`);
  const entries = await readAll(log, { matchers: [exact("a")] });
  say(`unchanged ${log.last === last && entries.length === kept}`);
  for await (const _ of createInterface(process.stdin)) {
    answer = await attempt();
    const all = await readAll(log, { matchers: [exact("a")] });
    say(`with room ${answer} ${all.length === kept && all.at(-1)?.position === log.last}`);
    await log.close();
    process.stdin.destroy();
    return;
  }
}

if (task === "append") await Promise.all([0, 1, 2, 3].map(appendUntilKilled));
if (task === "append-large") await appendLargeUntilKilled();
if (task === "fill") await fillTheDisk();
if (task?.startsWith("own")) {
  // Each input line is an update to append. The end of the input is the end of the test, for any reason.
  for await (const line of createInterface(process.stdin)) {
    await append(log, update("a", line)).then(
      () => say(`kept ${line}`),
      (error) => say(`refused ${error.code}`),
    );
  }
  process.exit();
}
