import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "@playwright/test";
import { withCopy, withFolder } from "../support/copy.ts";
import { listen, publish, query } from "../support/hub.ts";
import { ROOT, type Runnel, type RunnelOptions, startRunnel } from "../support/runnel.ts";

const HISTORY = ".data/history";
/** The same as an unset variable. */
const DEFAULT = { HISTORY_URL: "" };

/** Publishes an update, restarts, and finds the update again, in the folder where the server was started. */
async function keepsItsHistory(
  options: RunnelOptions & { folder: string },
  look?: (runnel: Runnel) => void,
): Promise<void> {
  let id = "";
  for (const [start, data] of ["before", "after"].entries()) {
    const runnel = await startRunnel({ ...options, env: DEFAULT });
    try {
      look?.(runnel);
      expect(readdirSync(join(options.folder, HISTORY)).length).toBeGreaterThan(0);
      const headers = { "Last-Event-ID": id };
      const listener = await listen(runnel, { at: query("match", "kept"), headers });
      if (start === 1) await expect.poll(listener.data).toEqual(["while nobody listened"]);
      id = await publish(runnel, { topic: "kept", data });
      await expect.poll(() => listener.lastEventId).toBe(id);
      listener.leave();
      await publish(runnel, { topic: "kept", data: "while nobody listened" });
    } finally {
      expect((await runnel.stop()).code).toBe(0);
    }
  }
}

test("the history is in .data/history of the folder where the server is started (start)", async () => {
  await withFolder((folder) =>
    keepsItsHistory({ folder, launcher: join(ROOT, "scripts/launch.mjs") }),
  );
});

test("a copy of the standalone output contains all that its history needs, and keeps its history in the copied folder", async () => {
  await withCopy(join(ROOT, "build/standalone"), async (copy) => {
    const folder = realpathSync(copy);
    await keepsItsHistory({ mode: "standalone", folder }, ({ pid }) => {
      if (!existsSync("/proc/self/maps")) return;
      const native = readFileSync(`/proc/${pid}/maps`, "utf8").match(/\S*lmdb\S*\.node$/gm) ?? [];
      expect(native.length).toBeGreaterThan(0);
      // None of these paths belongs to the project's own packages.
      for (const path of native) expect(path.startsWith(folder + sep), path).toBe(true);
    });
  });
});
