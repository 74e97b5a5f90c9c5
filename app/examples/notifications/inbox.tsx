"use client";

import { useEventStream } from "../../../client/use-event-stream.ts";
import { Connection } from "../connection.tsx";
import { markRead, pass } from "./actions.ts";
import { type Note, reduce, topicOf, Update } from "./notes.ts";

interface Props {
  user: string;
  /** The lifetime of each token, in seconds. The stream asks for another one when it expires. */
  passLives: number;
  /** The notes as the server has rendered them, and the id of the last one, which the stream resumes after. */
  initial: readonly Note[];
  lastEventId: string;
}

/** Shows the notes to one user, newest first. */
export function Inbox({ user, passLives, initial, lastEventId }: Props) {
  const url = `/.well-known/mercure?match=${encodeURIComponent(topicOf(user))}`;
  const { now } = useEventStream(url, {
    token: async () => {
      const token = await pass(user, passLives);
      if (token === null) throw new Error("another user has signed in");
      return token;
    },
    schema: Update,
    initial,
    reduce,
    lastEventId,
  });
  const notes = now.state;
  const unread = notes.filter(({ isRead }) => !isRead).length;
  const newest = notes.at(-1);
  return (
    <section aria-labelledby="inbox" className="flex flex-col gap-3">
      <div className="flex min-h-10 flex-wrap items-center justify-between gap-3">
        <div className="flex items-baseline gap-3">
          <h2 id="inbox" className="text-lg font-semibold">
            Inbox
          </h2>
          <p role="status" className="text-quiet">
            {unread === 0 ? "Nothing unread" : `${unread} unread`}
          </p>
        </div>
        <form
          action={markRead.bind(null, newest?.id ?? "")}
          onSubmit={(event) => unread === 0 && event.preventDefault()}
        >
          <button type="submit" className="button" aria-disabled={unread === 0}>
            Mark as read
          </button>
        </form>
      </div>
      <Connection status={now.status} />
      <ul className="flex flex-col gap-2">
        {notes.toReversed().map(({ id, from, text, isRead }) => (
          <li
            key={id}
            className={`rounded-lg px-4 py-2.5 wrap-anywhere ${isRead ? "text-quiet" : "bg-wash"}`}
          >
            <span className="font-medium">{from}</span>: {text}
          </li>
        ))}
      </ul>
    </section>
  );
}
