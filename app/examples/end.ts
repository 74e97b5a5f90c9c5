import * as z from "zod/mini";

/** How a job ended, as its last update says. lost: its server ended before it did. */
export const Ended = z.object({ end: z.enum(["finished", "stopped", "lost"]) });
export type Ended = z.infer<typeof Ended>;
export type End = Ended["end"];
