import { writeFileSync } from "node:fs";

/**
 * From now on the most memory that a process has had resident is counted anew, where the system can do that (Linux,
 * proc_pid_clear_refs(5)); elsewhere it goes on from the process's start.
 * @param {number | "self"} pid
 */
export function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Not Linux, or not ours to ask.
  }
}
