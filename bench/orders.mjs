/**
 * Executes the orders that the benchmark sends to this process over its IPC channel, one at a time. Ends when the channel closes.
 * @param {Readonly<Record<string, (details: any) => unknown>>} orders
 */
export function obey(orders) {
  process.on("message", async (/** @type {{ order: string, details: unknown }} */ message) => {
    try {
      const result = await orders[message.order]?.(message.details);
      process.send?.({ result: result ?? null });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
