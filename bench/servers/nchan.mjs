/**
 * nginx with the nchan module: one worker, everything in its memory. nginx can't answer the benchmark's questions. This process
 * starts nginx and answers for it, with the system's data about the worker. When this process ends, nginx ends.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { forgetPeak } from "../peak.mjs";
import { isMain } from "./listen.mjs";

/** The paths where packages install the module. NCHAN_MODULE adds another path. */
const MODULES = [
  "/usr/lib/nginx/modules/ngx_nchan_module.so",
  "/usr/lib64/nginx/modules/ngx_nchan_module.so",
  "/usr/local/libexec/nginx/ngx_nchan_module.so",
];

const folders = `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/usr/local/sbin`;
const nginx = folders
  .split(delimiter)
  .map((folder) => join(folder, "nginx"))
  .find(existsSync);
const nchan = [process.env.NCHAN_MODULE ?? "", ...MODULES].find((file) => file && existsSync(file));

/** Linux is required, because only Linux has /proc, which shows the resources that a process uses. */
export const isInstalled =
  nginx !== undefined && nchan !== undefined && existsSync("/proc/self/schedstat");

/** @param {string} port */
const configuration = (port) => `
load_module ${nchan};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 100000; multi_accept on; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  # Its worker may be at one thing for minutes: whoever waits meanwhile is not to be thrown out.
  client_header_timeout 1h;
  client_body_timeout 1h;
  send_timeout 1h;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  nchan_shared_memory_size 4G;
  nchan_message_buffer_length 1000000;
  nchan_message_timeout 1h;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /subscribe {
      nchan_subscriber eventsource;
      nchan_channel_id $arg_id;
      nchan_channel_id_split_delimiter ",";
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 0;
    }
    location = /publish {
      nchan_publisher;
      nchan_channel_id $arg_id;
    }
  }
}
`;

/** @param {string} file */
const read = (file) => readFileSync(file, "utf8");

/** The interval of checks for nginx's worker, in milliseconds. */
const LOOK_MS = 20;

/** Resolves to the id of nginx's worker, when it has started. @param {number} master */
async function workerOf(master) {
  while (true) {
    const worker = Number.parseInt(read(`/proc/${master}/task/${master}/children`), 10);
    if (worker) return worker;
    await delay(LOOK_MS);
  }
}

/** @param {number} pid @returns {import("../probe.mjs").Usage} */
function usageOf(pid) {
  const status = read(`/proc/${pid}/status`);
  /** @param {string} name */
  const bytes = (name) => 1024 * Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)?.[1]);
  // proc_pid_schedstat(5): the CPU time of the worker's only thread, in nanoseconds.
  const cpuMicroseconds = Number.parseInt(read(`/proc/${pid}/schedstat`), 10) / 1000;
  const [rss, peak] = [bytes("VmRSS"), bytes("VmHWM")];
  return { cpuMicroseconds, rss, heap: 0, peak, longestTurn: 0 };
}

if (isMain(import.meta.url)) {
  const { PORT = "", BENCH_PROBE = "", BENCH_FOLDER = "." } = process.env;
  const folder = join(BENCH_FOLDER, "nginx");
  mkdirSync(folder);
  writeFileSync(join(folder, "nginx.conf"), configuration(PORT));
  const server = spawn(nginx ?? "", ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  // A SIGKILL would end the master without its worker.
  process.on("exit", () => server.kill("SIGTERM"));
  server.on("exit", () => process.exit(1));
  const worker = await workerOf(Number(server.pid));
  const socket = connect(BENCH_PROBE);
  socket.on("error", () => process.exit(1)).on("close", () => process.exit(1));
  /** @param {object} message */
  const say = (message) => socket.write(`${JSON.stringify(message)}\n`);
  say({ serving: true });
  createInterface({ input: socket }).on("line", (question) => {
    if (question === "forget peak") forgetPeak(worker);
    say(usageOf(worker));
  });
}
