import * as z from "zod/mini";

/** Private: its updates are sent only to clients whose token grants it. */
export const topicOf = (user: string): string => `examples/notifications/${user}`;

export const Text = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));

/** An update to a user: a note, or the last note that they have read. So all their tabs agree, also after a reload. */
export const Update = z.union([
  z.object({ from: z.string(), text: Text }),
  z.object({ readUpTo: z.string() }),
]);

export interface Note {
  /** The update's id. */
  readonly id: string;
  readonly from: string;
  readonly text: string;
  readonly isRead: boolean;
}

/** How many notes are shown: the newest. */
export const KEPT = 50;

interface Arrived {
  readonly id: string;
  readonly value: z.infer<typeof Update>;
}

/** Oldest first. */
export function reduce(notes: readonly Note[], { id, value }: Arrived): readonly Note[] {
  if ("text" in value) return [...notes, { id, ...value, isRead: false }].slice(-KEPT);
  const last = notes.findLastIndex((note) => note.id === value.readUpTo);
  return notes.map((note, index) => (index <= last ? { ...note, isRead: true } : note));
}
