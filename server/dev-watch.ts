import { watch } from "node:fs";
import { resolve } from "node:path";
import type { Logger } from "../hub/base/logger.ts";

/** One save of an editor is several changes of a folder. */
const SAME_CHANGE_MS = 1_000;
/** The folders of all that runs as long as the process does. */
const FOLDERS = ["hub", "protocol", "server"];
const SOURCE = /(?<!\.test)\.(ts|mjs)$/;
const TESTING = /(^|[\\/])testing[\\/]/;

/** Warns that a change waits for a restart: the running hub outlives hot reloads, and its streams with it. */
export function tellOfChanges(logger: Logger): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (file: string): void => {
    if (performance.now() - toldAt < SAME_CHANGE_MS) return;
    toldAt = performance.now();
    logger.warn({ file }, "the hub has changed: restart to run it");
  };
  for (const folder of FOLDERS) {
    watch(resolve(/* turbopackIgnore: true */ folder), { recursive: true }, (_, file) => {
      if (file && SOURCE.test(file) && !TESTING.test(file)) tell(`${folder}/${file}`);
    })
      .on("error", (error) => logger.warn({ error: error.message }, "watching failed"))
      .unref();
  }
}
