import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { StreamEvent } from "./base/feed.ts";
import type { EventStreamOptions } from "./base/options.ts";

/** The most issues of one event's data that are reported, and their most characters. */
const MOST_ISSUES = 3;
const MOST_SHOWN = 500;

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  /** `why` is text for people. */
  | { readonly ok: false; readonly why: string };

/** Turns events into values and state: reads their data by the schema, and folds them. */
export interface Folding<T, S> {
  readonly initial: S;
  /** Reads data. Without a schema the value is undefined, and all data is valid. Never throws. */
  read(data: string): Reading<T>;
  reduce(state: S, event: StreamEvent, value: T): S;
}

export function foldingOf<T, S>(options: EventStreamOptions<T, S>): Folding<T, S>;
// Without a schema T is undefined, and without `initial` S is.
export function foldingOf<T, S>({
  schema,
  initial,
  reduce,
}: EventStreamOptions<T, S>): Folding<T | undefined, S | undefined> {
  if (reduce === undefined) return { initial, read: readerOf<T>(schema), reduce: (state) => state };
  return {
    initial,
    read: readerOf<T>(schema),
    reduce: (state: S, event, value: T) => reduce(state, { ...event, value }),
  };
}

function readerOf<T>(
  schema: StandardSchemaV1<unknown, T> | undefined,
): (data: string) => Reading<T | undefined> {
  if (schema === undefined) return () => ({ ok: true, value: undefined });
  return (data) => {
    try {
      const result = schema["~standard"].validate(JSON.parse(data));
      if (result instanceof Promise) {
        result.catch(() => {});
        return wrong("the schema answers later, and has to answer at once");
      }
      return result.issues === undefined
        ? { ok: true, value: result.value }
        : wrong(result.issues.slice(0, MOST_ISSUES).map(inWords).join("; "));
    } catch (error) {
      return wrong(error instanceof Error ? error.message : String(error));
    }
  };
}

function wrong(why: string): Reading<never> {
  return { ok: false, why: why.slice(0, MOST_SHOWN) };
}

function inWords({ message, path = [] }: StandardSchemaV1.Issue): string {
  const names = path.map((part) => String(typeof part === "object" ? part.key : part));
  return names.length === 0 ? message : `${names.join(".")}: ${message}`;
}
