"use client";

import { useEffect } from "react";
import { useEventStream } from "../../../client/use-event-stream.ts";
import { Connection } from "../connection.tsx";
import type { End } from "../end.ts";
import { ask, stop } from "./actions.ts";
import { type Progress, reduce, topicOf, Update } from "./progress.ts";

const ENDS: Record<End, string> = {
  finished: "Finished",
  stopped: "Stopped",
  lost: "Lost: its server ended before it did",
};

interface Props {
  id: string;
  /** The progress when the server rendered the page, and the id of that update, which the stream resumes after. */
  initial: Progress;
  lastEventId: string;
}

/** Shows the progress of the job. */
export function Bar({ id, initial, lastEventId }: Props) {
  const url = `/.well-known/mercure?match=${encodeURIComponent(topicOf(id))}`;
  const { stream, now } = useEventStream(url, { schema: Update, initial, reduce, lastEventId });
  const { percent, doing, end } = now.state;
  const isOpen = now.status.state === "open";

  // Closes the stream when the job is over. Otherwise it would reconnect for ever.
  useEffect(() => {
    if (end) stream.close();
  }, [end, stream]);

  // Asks after each reconnection too: it may be another server by then.
  useEffect(() => {
    if (isOpen) ask(id).catch(() => {});
  }, [isOpen, id]);

  return (
    <>
      <div className="flex min-h-10 flex-wrap items-center justify-between gap-3">
        <Connection status={now.status} word={end && ENDS[end]} />
        <form action={stop.bind(null, id)}>
          <button type="submit" className="button" aria-disabled={end !== undefined}>
            Stop
          </button>
        </form>
      </div>
      <div>
        <div className="flex items-baseline justify-between gap-4">
          <label htmlFor="job" className="text-quiet">
            {end ? "The job" : doing}
          </label>
          <span className="text-5xl font-semibold tracking-tight tabular-nums">{percent} %</span>
        </div>
        <progress
          id="job"
          max={100}
          value={percent}
          className="mt-3 h-3 w-full appearance-none overflow-hidden rounded-full bg-wash [&::-moz-progress-bar]:bg-water [&::-webkit-progress-bar]:bg-wash [&::-webkit-progress-value]:bg-water"
        >
          {percent} %
        </progress>
      </div>
    </>
  );
}
