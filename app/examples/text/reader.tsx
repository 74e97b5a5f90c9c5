"use client";

import { useEffect } from "react";
import { useEventStream } from "../../../client/use-event-stream.ts";
import { Connection } from "../connection.tsx";
import type { End } from "../end.ts";
import { ask, stop } from "./actions.ts";
import { reduce, type Text, topicOf, Update } from "./text.ts";

const ENDS: Record<End, string> = {
  finished: "Finished",
  stopped: "Stopped",
  lost: "Lost: its server ended before it did",
};

interface Props {
  id: string;
  /** The text as the server has rendered it, and the id of its last token, which the stream resumes after. */
  initial: Text;
  lastEventId: string;
}

/** Shows the text while it is written. */
export function Reader({ id, initial, lastEventId }: Props) {
  const url = `/.well-known/mercure?match=${encodeURIComponent(topicOf(id))}`;
  const { stream, now } = useEventStream(url, { schema: Update, initial, reduce, lastEventId });
  const { text, end } = now.state;
  const isOpen = now.status.state === "open";

  // Closes the stream when the text is over. Otherwise it would reconnect for ever.
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
        <Connection status={now.status} word={end ? ENDS[end] : isOpen ? "Writing" : undefined} />
        <form action={stop.bind(null, id)}>
          <button type="submit" className="button" aria-disabled={end !== undefined}>
            Stop
          </button>
        </form>
      </div>
      <article className="min-h-[60svh] text-lg/8 whitespace-pre-wrap">{text}</article>
    </>
  );
}
