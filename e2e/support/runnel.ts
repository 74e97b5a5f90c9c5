import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";

export type Mode = "start" | "dev" | "standalone";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface RunnelOptions {
  readonly mode?: Mode;
  /** Starts through `npm start` or `npm run dev`, as most people do. */
  readonly npm?: boolean;
  /** Variables beside the address. Configuration from the test's own environment does not reach the server. */
  readonly env?: Record<string, string>;
  /** The folder in which the server is started. */
  readonly folder?: string;
  /** The launcher's path, relative to that folder. Default: `scripts/launch.mjs`. */
  readonly launcher?: string;
  readonly port?: number;
  /** The limit of open files of the process. */
  readonly files?: number;
}

export interface Exit {
  readonly code: number | null;
  /** The time from the signal to the end of the process, in milliseconds. */
  readonly ms: number;
}

export interface Runnel {
  readonly url: string;
  readonly port: number;
  /** The process that was started: npm or the launcher. In dev, Next's server is a child of that process. */
  readonly pid: number;
  /** All output so far, of both streams. */
  output(): string;
  /** Sends the signal and waits for the end. A second call only waits. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Runs the launcher as a user would. If the test does not expect the process to end by itself, it must call `stop`. */
export function spawnLauncher(options: RunnelOptions & { port: number }): ChildProcess {
  const { mode = "start", env = {}, port } = options;
  const folder = options.folder ?? (mode === "standalone" ? `${ROOT}build/standalone` : ROOT);
  const { PATH = "", HOME = "", CI, npm_execpath } = process.env;
  const command = mode === "dev" ? "dev" : "start";
  const [program, args] = options.npm
    ? ["npm", ["run", command]]
    : [process.execPath, [options.launcher ?? "scripts/launch.mjs", command]];
  const limited = `ulimit -n ${options.files}; exec "$0" "$@"`;
  const [file, words] = options.files ? ["sh", ["-c", limited, program, ...args]] : [program, args];
  return spawn(file, words, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH,
      HOME,
      // The launcher sets it, but the type requires a value.
      NODE_ENV: mode === "dev" ? "development" : "production",
      NEXT_TELEMETRY_DISABLED: "1",
      ...(CI ? { CI } : {}),
      ...(npm_execpath ? { npm_execpath } : {}),
      HOST: "127.0.0.1",
      PORT: String(port),
      // Each server gets a history of its own, because a file has one owner at a time.
      HISTORY_URL: "memory:",
      // No load balancer has to notice the shutdown.
      DRAIN_SECONDS: "0",
      ...env,
    },
  });
}

/** Resolves with the end of a launcher that can't start. */
export async function ending(
  child: ChildProcess,
): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}

/**
 * Starts a real server and waits until it answers.
 * @throws Error with the server's output, if it ends before it answers, or does not answer within a minute
 */
export async function startRunnel(options: RunnelOptions = {}): Promise<Runnel> {
  const port = options.port ?? (await freePort());
  const child = spawnLauncher({ ...options, port });
  let output = "";
  const collect = (data: Buffer) => {
    output += data.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  let stopping: Promise<Exit> | undefined;
  const runnel: Runnel = {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    stop(signal = "SIGTERM") {
      stopping ??= (async () => {
        const from = performance.now();
        child.kill(signal);
        const overdue = setTimeout(() => child.kill("SIGKILL"), 10_000);
        const code = await closed;
        clearTimeout(overdue);
        return { code, ms: performance.now() - from };
      })();
      return stopping;
    },
  };
  const deadline = Date.now() + 60_000;
  while (!(await answers(`${runnel.url}/api/health`))) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await runnel.stop("SIGKILL");
    throw new Error(`the server did not start:\n${output}`);
  }
  return runnel;
}

/** Resolves to whether a server answers there with success. Without a server it resolves to false after a moment. */
export async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(30_000) })).ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return false;
  }
}

export interface Health {
  readonly status: string;
  readonly connections: number;
}

/** Uses a socket of its own: the server may close a kept socket while a test is busy. */
export const ALONE = { Connection: "close" };

export async function health(runnel: Pick<Runnel, "url">): Promise<Health> {
  const response = await fetch(`${runnel.url}/api/health`, { headers: ALONE });
  return (await response.json()) as Health;
}

/** Returns a reader for the server's number of open streams, for `expect.poll`. */
export const connections = (runnel: Pick<Runnel, "url">) => async (): Promise<number> =>
  (await health(runnel)).connections;

/** Runs the test against a server of its own. Stops the server in any case, and asserts that it has printed no error. */
export async function withRunnel(
  options: RunnelOptions,
  use: (runnel: Runnel) => Promise<void>,
): Promise<void> {
  const runnel = await startRunnel(options);
  try {
    await use(runnel);
  } finally {
    await runnel.stop();
  }
  expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
}
