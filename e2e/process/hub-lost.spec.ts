import { rmSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { withFolder } from "../support/copy.ts";
import { post, publish, publishAll } from "../support/hub.ts";
import { type OpenStream, openStream } from "../support/open-stream.ts";
import {
  ALONE,
  type Exit,
  health,
  type Mode,
  type Runnel,
  startRunnel,
} from "../support/runnel.ts";

const start = (folder: string, mode: Mode = "start"): Promise<Runnel> =>
  startRunnel({
    mode,
    env: { HISTORY_URL: `file:${folder}`, LOG_LEVEL: "warn", DRAIN_SECONDS: "0" },
  });

/** Opens a stream that requests 20 MB and reads nothing, so that the server has to wait for it at the end. */
async function stall(runnel: Runnel): Promise<OpenStream> {
  const batch = Array.from({ length: 10 }, () => ({ topic: "large", data: "x".repeat(500_000) }));
  for (let count = 0; count < 4; count += 1) await publishAll(runnel, batch);
  const stream = await openStream(`${runnel.url}/api/stream?match=large&last_event_id=earliest`);
  stream.pause();
  return stream;
}

/** Checks the answers of a server that has lost its history, and its end. */
async function endsByItself(runnel: Runnel, listener: OpenStream, exit: Promise<Exit>) {
  const ready = async () =>
    (await fetch(`${runnel.url}/api/health?ready`, { headers: ALONE })).status;
  await expect.poll(ready, { intervals: [20] }).toBe(503);
  const [{ status }, published, late] = await Promise.all([
    health(runnel),
    post(runnel, { topic: "a", data: "too late" }),
    openStream(`${runnel.url}/api/stream?match=a`),
  ]);
  expect(status).toBe("history lost");
  expect(published.status).toBe(503);
  expect(late.status).toBe(200);
  for (const stream of [listener, late]) {
    await expect.poll(stream.end).toBe("clean");
    expect(stream.text()).toMatch(/(^|\n\n)retry:\d+\n\n$/);
  }
  expect((await exit).code).toBe(1);
}

test("a server that was stopped while another one opened its history ends its streams, reports that it is not ready, refuses publishes, and exits", async () => {
  await withFolder(async (folder) => {
    const stopped = await start(folder);
    const stalled = await stall(stopped);
    const listener = await openStream(`${stopped.url}/api/stream?match=a`);
    process.kill(stopped.pid, "SIGSTOP");
    const successor = await start(folder);
    await publish(successor, { topic: "a", data: "of the successor" });
    await endsByItself(stopped, listener, stopped.stop("SIGCONT"));
    expect(stopped.output()).toContain(
      `runnel: The history in ${folder} was taken over by process ${successor.pid} on `,
    );
    await publish(successor, { topic: "a", data: "undisturbed" });
    stalled.leave();
    expect((await successor.stop()).code).toBe(0);
  });
});

for (const mode of ["start", "dev"] as const satisfies readonly Mode[]) {
  test(`a server whose history folder is removed ends its streams, reports that it is not ready, refuses publishes, and exits (${mode})`, async () => {
    await withFolder(async (folder) => {
      const runnel = await start(folder, mode);
      const stalled = await stall(runnel);
      const listener = await openStream(`${runnel.url}/api/stream?match=a`);
      rmSync(folder, { recursive: true });
      // The signal does nothing: the server is not stopped, and the test only waits for its end.
      await endsByItself(runnel, listener, runnel.stop("SIGCONT"));
      expect(runnel.output()).toContain(
        `runnel: The history's file in ${folder} was removed or replaced while it was in use`,
      );
      stalled.leave();
    });
  });
}
