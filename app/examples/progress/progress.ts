import * as z from "zod/mini";
import { type End, Ended } from "../end.ts";

/** The id of a job. A visitor who has it may watch and stop the job. */
export const Id = z.uuid();

export const topicOf = (id: string): string => `examples/progress/${id}`;

/** An update of the job: its progress, and at last how it ended. */
export const Update = z.union([
  z.object({ percent: z.number().check(z.minimum(0), z.maximum(100)), doing: z.string() }),
  Ended,
]);

export interface Progress {
  readonly percent: number;
  readonly doing: string;
  readonly end?: End;
}

export const BEFORE: Progress = { percent: 0, doing: "About to start" };

export function reduce(
  progress: Progress,
  { value }: { readonly value: z.infer<typeof Update> },
): Progress {
  return { ...progress, ...value };
}
