import * as z from "zod/mini";

/** The last update of a job: how it ended. lost: its server ended before the job did. */
export const Ended = z.object({ end: z.enum(["finished", "stopped", "lost"]) });
export type Ended = z.infer<typeof Ended>;
export type End = Ended["end"];
