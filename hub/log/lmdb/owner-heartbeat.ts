import { chmodSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../base/logger.ts";
import { FILE_MODE, HEARTBEAT_FILE } from "./tables.ts";

/** The heartbeat file beside a log. Its time of change shows other processes that the log's owner is alive. */
export class Heartbeat {
  readonly #path: string;
  #isMissed = false;

  constructor(folder: string) {
    this.#path = join(folder, HEARTBEAT_FILE);
  }

  /**
   * Updates the file's time of change. Creates the file if it does not exist.
   * @param logger receives a line for the first of several failures in a row
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

  /** Returns a text that changes with each heartbeat. */
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
      // Setting the time needs no room on the disk.
      utimesSync(this.#path, now, now);
    } catch {
      // The file does not exist, or belongs to another user.
      writeFileSync(this.#path, "", { mode: FILE_MODE });
      chmodSync(this.#path, FILE_MODE);
    }
  }
}
