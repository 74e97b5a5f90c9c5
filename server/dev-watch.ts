import { watch } from "node:fs";
import { resolve } from "node:path";
import type { Logger } from "../hub/base/logger.ts";

/** The time in which several changes count as one, in milliseconds: one save in an editor changes a folder several times. */
const SAME_CHANGE_MS = 1_000;
/** The folders of the code that runs until the process ends. */
const FOLDERS = ["hub", "protocol", "server"];
const SOURCE = /(?<!\.test)\.(ts|mjs)$/;
const TESTING = /(^|[\\/])testing[\\/]/;

/** Warns that a change needs a restart. The running hub and its streams survive hot reloads. */
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
