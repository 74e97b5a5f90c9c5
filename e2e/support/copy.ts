import { constants, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** Matches the paths that a copy leaves out when it makes its own build. */
export const WITHOUT_BUILDS = /^(\.git|\.next|build|test-results|playwright-report)(\/|$)/;

/** Copies a folder elsewhere, until the test ends. */
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

/** Creates an empty folder, until the test ends. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runnel-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
