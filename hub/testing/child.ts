import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { rolldown } from "rolldown";

/** The program lmdb-child.ts, built so that Node can run it. */
export class ChildProgram {
  // The folder is inside node_modules, so that the child finds lmdb.
  readonly #folder = join("node_modules", ".cache", `runnel-log-${randomUUID()}`);

  async build(): Promise<void> {
    const input = join("hub", "testing", "lmdb-child.ts");
    const built = await rolldown({ input, platform: "node", external: ["lmdb"] });
    await built.write({ dir: this.#folder, format: "esm", entryFileNames: "[name].mjs" });
    await built.close();
  }

  /**
   * Starts the program in a new process.
   * @param prefix shell commands that run before it, in its process
   */
  start(args: readonly string[], prefix = ""): Child {
    return new Child(join(this.#folder, "lmdb-child.mjs"), args, prefix);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A running process of lmdb-child.ts. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly ended: Promise<unknown>;
  #output = "";

  constructor(program: string, args: readonly string[], prefix: string) {
    // The shell is replaced by the program, so its process id is the id to kill.
    const command = `${prefix}exec "$0" "$@"`;
    this.#process = spawn("sh", ["-c", command, process.execPath, program, ...args], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.ended = once(this.#process, "close");
    this.#process.stdout.on("data", (bytes: Buffer) => {
      this.#output += bytes.toString();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  wholeLines(): string[] {
    return this.#output.split("\n").slice(0, -1);
  }

  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Resolves with the first line that begins with `start`. */
  async says(start: string): Promise<string> {
    const found = () => this.wholeLines().find((line) => line.startsWith(start));
    for (let line = found(); ; line = found()) {
      if (line !== undefined) return line;
      if (this.#process.exitCode !== null) throw new Error(`it ended without saying ${start}`);
      await Promise.race([once(this.#process.stdout, "data"), this.ended]);
    }
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(name);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.ended;
  }
}
