import { chmodSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../base/logger.ts";
import { FILE_MODE, HEARTBEAT_FILE } from "./tables.ts";

/** The file beside a log whose time of change shows other processes that the log's owner lives. */
export class Heartbeat {
  readonly #path: string;
  #isMissed = false;

  constructor(folder: string) {
    this.#path = join(folder, HEARTBEAT_FILE);
  }

  /**
   * Changes the file, and makes it if it is not there.
   * @param logger is told of the first of several that fail
   */
  beat(logger?: Pick<Logger, "warn">): void {
    try {
      this.#touch();
      this.#isMissed = false;
    } catch (error) {
      const fields = { path: this.#path, error: String(error) };
      const message =
        "the history's heartbeat can't be written: another process may take the history over";
      if (!this.#isMissed) logger?.warn(fields, message);
      this.#isMissed = true;
    }
  }

  /** Gives a text that each heartbeat changes. */
  sign(): string {
    try {
      const { ino, mtimeNs } = statSync(this.#path, { bigint: true });
      return `${ino} ${mtimeNs}`;
    } catch {
      return "none";
    }
  }

  /** Removes the file. */
  stop(): void {
    rmSync(this.#path, { force: true });
  }

  #touch(): void {
    const now = new Date();
    try {
      // It needs no room on the disk.
      utimesSync(this.#path, now, now);
    } catch {
      // It is not there, or another user's.
      writeFileSync(this.#path, "", { mode: FILE_MODE });
      chmodSync(this.#path, FILE_MODE);
    }
  }
}
