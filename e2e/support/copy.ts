import { constants, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** What of the project a copy does without that builds anew. */
export const WITHOUT_BUILDS = /^(\.git|\.next|build|test-results|playwright-report)(\/|$)/;

/** Copies a folder elsewhere for the time of the test. */
export async function withCopy(
  folder: string,
  use: (copy: string) => Promise<void>,
  leaveOut?: RegExp,
): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), "runnel-"));
  try {
    cpSync(folder, copy, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => !leaveOut?.test(relative(folder, source)),
    });
    await use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Gives an empty folder for the time of the test. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runnel-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
