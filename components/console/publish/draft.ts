/** The contents of the form, as they were typed. */
export interface Draft {
  /** One topic a line. */
  readonly topics: string;
  readonly data: string;
  readonly type: string;
  readonly id: string;
  readonly retry: string;
  readonly isPrivate: boolean;
  /** The number of updates. */
  readonly count: number;
}

/** The fields of an update in a publish request. */
export interface UpdateFields {
  readonly topics: readonly string[];
  readonly data: string;
  readonly type: string | undefined;
  readonly id: string | undefined;
  /** Milliseconds, in digits. */
  readonly retry: string | undefined;
  readonly isPrivate: boolean;
}

/** A placeholder for an update's number in a burst, from 1. */
export const COUNTER = "{n}";

export const LARGEST_BURST = 10_000;

export const FIRST_DRAFT: Draft = {
  topics: "https://example.com/books/1",
  data: '{"title":"1984"}',
  type: "",
  id: "",
  retry: "",
  isPrivate: false,
  count: 1,
};

/** Returns the fields to send; empty lines and fields are left out. */
export function fieldsOf({ topics, data, type, id, retry, isPrivate }: Draft): UpdateFields {
  return {
    topics: topics
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
    data,
    type: type.trim() || undefined,
    id: id.trim() || undefined,
    retry: retry.trim() || undefined,
    isPrivate,
  };
}

/** Makes the body of one update. Source: Mercure, section Publication. */
export function formBody(fields: UpdateFields): URLSearchParams {
  return new URLSearchParams(formPairs(fields));
}

/** Returns the form's fields by name, in their usual order. */
export function formPairs(fields: UpdateFields): [name: string, value: string][] {
  const { topics, data, type, id, retry, isPrivate } = fields;
  const given = { type, id, retry, private: isPrivate ? "on" : undefined };
  return [
    ...topics.map((topic): [string, string] => ["topic", topic]),
    ["data", data],
    ...Object.entries(given).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  ];
}

/** Makes a line of a batch, with `{n}` in place of the number. */
export function batchLine(fields: UpdateFields): string {
  const { topics, data, type, id, retry, isPrivate } = fields;
  const topic = topics.length === 1 ? topics[0] : topics;
  const given = { topic, data, type, id, retry, ...(isPrivate ? { private: true } : {}) };
  return JSON.stringify(given);
}

/** Returns the text for the update of this number. */
export function numbered(text: string, n: number): string {
  return text.replaceAll(COUNTER, String(n));
}
