import type { ReceivedEvent } from "../../hub/wire/decode.ts";

/** As much of a zod schema as is used. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/**
 * What the updates add up to, by the same `reduce` that useEventStream goes on with in the browser.
 * What is not of the schema is left out, there as here.
 */
export function fold<T, S>(
  updates: readonly ReceivedEvent[],
  schema: Schema<T>,
  initial: S,
  reduce: (state: S, event: { readonly id: string; readonly value: T }) => S,
): S {
  return updates.reduce((state, { id, data }) => {
    const parsed = schema.safeParse(parseJson(data));
    return parsed.success ? reduce(state, { id, value: parsed.data }) : state;
  }, initial);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
