import type { ReceivedEvent } from "../../hub/wire/decode.ts";

/** The part of a zod schema that is used. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/**
 * Folds updates with the same `reduce` that useEventStream continues with in the browser.
 * Updates that do not match the schema are left out, as in the browser.
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
