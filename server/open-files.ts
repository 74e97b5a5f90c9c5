import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { devNull } from "node:os";
import type { Logger } from "../hub/base/logger.ts";

const CHECK_MS = 1_000;
const WARN_MS = 60_000;

/**
 * Warns once a minute while this process can open no file. New connections are then closed without a response, and Node reports nothing.
 * @param count returns the number of open streams
 */
export function watchOpenFiles(logger: Logger, count: () => number): void {
  const limit = openFilesLimit();
  let warnedAt = Number.NEGATIVE_INFINITY;
  setInterval(async () => {
    if (performance.now() - warnedAt < WARN_MS || (await canOpen())) return;
    warnedAt = performance.now();
    logger.warn(
      { limit, streams: count() },
      "all files that may be open are open, and new connections are closed unanswered: raise the limit (ulimit -n, LimitNOFILE=) above MAX_CONNECTIONS",
    );
  }, CHECK_MS).unref();
}

/** Whether a file can be opened now. It is false only if there are no free file descriptors. */
async function canOpen(): Promise<boolean> {
  try {
    await (await open(devNull)).close();
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code !== "EMFILE" && code !== "ENFILE";
  }
}

/** Returns the limit of open files of this process; undefined: unknown, because there is no /proc. */
function openFilesLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
