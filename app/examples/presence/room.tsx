"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useEventStream } from "../../../client/use-event-stream.ts";
import { Connection } from "../connection.tsx";
import { enter } from "./actions.ts";
import { PeopleList } from "./people-list.tsx";
import { type People, reduce, SUBSCRIPTIONS, Subscription, TOPIC } from "./presence.ts";

const STREAM = `/.well-known/mercure?${new URLSearchParams({ match: TOPIC, match_urlpattern: SUBSCRIPTIONS })}`;

interface Props {
  name: string;
  /** The people who were present when the server rendered the page, and the id that the stream resumes after. */
  initial: People;
  lastEventId: string;
}

/** Shows who is present, and makes this visitor present: one stream does both. */
export function Room({ name, initial, lastEventId }: Props) {
  const { now } = useEventStream(STREAM, {
    token: () => enter(name),
    types: ["mercure"],
    schema: Subscription,
    initial,
    reduce,
    lastEventId,
  });

  // After a gap, events about some people are missing. So the server renders the list again, and the stream resumes from there.
  const router = useRouter();
  const isIncomplete = now.gaps > 0;
  useEffect(() => {
    if (isIncomplete) router.refresh();
  }, [isIncomplete, router]);

  return (
    <>
      <Connection status={now.status} />
      <PeopleList people={now.state} you={name} />
    </>
  );
}
