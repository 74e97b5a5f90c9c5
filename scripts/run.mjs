import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a command in the project's folder, with what it prints shown; npm's own binaries are found by name.
 * @param {string} name what is said before it runs
 * @param {string[]} command the program and its arguments
 * @param {Record<string, string>} [env]
 * @returns {Promise<boolean>} whether it ended with exit code 0
 */
export async function run(name, [program = "", ...args], env = {}) {
  process.stdout.write(`\n— ${name}\n`);
  const bin = `${ROOT}node_modules/.bin`;
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...env },
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

/**
 * Runs steps one after the other, and ends the process with exit code 1 at the first that fails.
 * @param {[name: string, command: string[]][]} steps
 */
export async function runAll(steps) {
  for (const [name, command] of steps) {
    if (await run(name, command)) continue;
    process.stderr.write(`\nrunnel: ${name}: failed\n`);
    process.exit(1);
  }
}
