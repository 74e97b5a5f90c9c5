import { writeFileSync } from "node:fs";

/**
 * Resets the peak of a process's resident memory, if the system can do that (Linux, proc_pid_clear_refs(5)). Otherwise the peak
 * counts from the start of the process.
 * @param {number | "self"} pid
 */
export function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // The system is not Linux, or the process belongs to another user.
  }
}
