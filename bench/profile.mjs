import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

/** The interval between two samples, in microseconds. */
const INTERVAL = 200;

/** @type {Session | undefined} */
let session;

export async function startProfile() {
  if (!session) {
    session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: INTERVAL });
  }
  await session.post("Profiler.start");
}

/** @param {string} file a profile for Chrome's developer tools */
export async function stopProfile(file) {
  const stopped = await session?.post("Profiler.stop");
  writeFileSync(file, JSON.stringify(stopped?.profile));
}
