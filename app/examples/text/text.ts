import * as z from "zod/mini";
import { type End, Ended } from "../end.ts";

/** The id of a job. A visitor who has it may read and stop the job. */
export const Id = z.uuid();

export const topicOf = (id: string): string => `examples/text/${id}`;

/** An update of the job: a token of the text, and at last how it ended. */
export const Update = z.union([z.object({ token: z.string() }), Ended]);

export interface Text {
  readonly text: string;
  readonly end?: End;
}

export const BLANK: Text = { text: "" };

export function reduce(text: Text, { value }: { readonly value: z.infer<typeof Update> }): Text {
  return "token" in value
    ? { ...text, text: text.text + value.token }
    : { ...text, end: value.end };
}
