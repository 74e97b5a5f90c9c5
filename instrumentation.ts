/** Next calls this once, before it answers its first request. */
export async function register(): Promise<void> {
  // A constant at build time: what is behind it stays out of the edge runtime's bundle, which has no signals.
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("./server/lifecycle.ts")).start();
}
