import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program in the project's folder and shows its output. Programs of installed packages are found by name.
 * Signals to this process are forwarded to the program.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env] variables in addition to our own
 * @returns {Promise<boolean>} whether it ended with exit code 0
 */
export async function run(program, args, env = {}) {
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${ROOT}node_modules/.bin${delimiter}${process.env.PATH}`,
      ...env,
    },
  });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  const code = await new Promise((resolve) => {
    child.on("close", resolve).on("error", () => resolve(1));
  });
  process.off("SIGINT", forward).off("SIGTERM", forward);
  return code === 0;
}

/** @typedef {[name: string, program: string, ...args: string[]]} Step */

/**
 * Runs steps one after the other. The first step that fails ends the process with exit code 1.
 * @param {readonly Step[]} steps
 */
export async function runAll(steps) {
  for (const [name, program, ...args] of steps) {
    process.stdout.write(`\n— ${name}\n`);
    if (!(await run(program, args))) fail(`${name}: failed`);
  }
}

/** Prints the problem in one line and ends the process. @param {string} problem @returns {never} */
export function fail(problem) {
  process.stderr.write(`runnel: ${problem}\n`);
  process.exit(1);
}
