/** Starts the hub. Next calls this function once, before it answers its first request. */
export async function register(): Promise<void> {
  // NEXT_RUNTIME is a constant at build time. So the import stays out of the edge runtime's bundle, which has no signals.
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("./server/lifecycle.ts")).start();
}
