import { describe, expect, test, vi } from "vitest";
import { Jobs } from "./jobs.ts";

const jobsOf = (options: { atOnce?: number; longestMs?: number } = {}) => {
  const failed: string[] = [];
  const jobs = new Jobs({
    atOnce: 2,
    longestMs: 1_000,
    outside: (work) => work(),
    onError: (topic, error) => failed.push(`${topic}: ${error}`),
    ...options,
  });
  return { jobs, failed };
};

/** Works until it is stopped. */
const untilStopped = (_: string, signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));

describe("Jobs", () => {
  test("a job works on its topic until it is stopped, and then another job can start", async () => {
    const { jobs } = jobsOf();
    expect(jobs.start("a", untilStopped)).toBe(true);
    expect(jobs.start("b", untilStopped)).toBe(true);
    expect(jobs.start("c", untilStopped)).toBe(false);
    expect(["a", "b", "c"].filter((topic) => jobs.has(topic))).toEqual(["a", "b"]);
    await jobs.stop("a");
    await vi.waitFor(() => expect(jobs.has("a")).toBe(false));
    expect(jobs.start("c", untilStopped)).toBe(true);
  });

  test("a second job is not started on the topic of a running job", () => {
    const { jobs } = jobsOf();
    expect(jobs.start("a", untilStopped)).toBe(true);
    expect(jobs.start("a", untilStopped)).toBe(false);
  });

  test("a job that takes too long is stopped, and a job that is done leaves no timer", async () => {
    vi.useFakeTimers();
    try {
      const { jobs } = jobsOf({ longestMs: 5_000 });
      jobs.start("long", untilStopped);
      jobs.start("short", () => Promise.resolve());
      await vi.advanceTimersByTimeAsync(4_999);
      expect([jobs.has("long"), jobs.has("short")]).toEqual([true, false]);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(jobs.has("long")).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a job that fails is reported and removed", async () => {
    const { jobs, failed } = jobsOf();
    jobs.start("a", () => Promise.reject(new Error("no disk")));
    await vi.waitFor(() => expect(failed).toEqual(["a: Error: no disk"]));
    expect(jobs.has("a")).toBe(false);
  });

  test("readers who ask at the same time clean up once, a later reader cleans up again, and nobody does while a job runs", async () => {
    const { jobs } = jobsOf();
    let times = 0;
    const work = async () => {
      await Promise.resolve();
      times += 1;
    };
    await Promise.all([jobs.cleanUp("a", work), jobs.cleanUp("a", work), jobs.cleanUp("a", work)]);
    expect(times).toBe(1);
    await jobs.cleanUp("a", work);
    expect(times).toBe(2);
    jobs.start("a", untilStopped);
    await jobs.cleanUp("a", work);
    expect(times).toBe(2);
  });

  test("stopping a job that does not run has no effect", async () => {
    await expect(jobsOf().jobs.stop("a")).resolves.toBeUndefined();
  });
});
