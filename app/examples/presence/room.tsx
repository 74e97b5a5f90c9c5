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
  /** Who was here when the server rendered the page, and the id that the stream goes on behind. */
  initial: People;
  lastEventId: string;
}

/** Being here, and seeing who else is: the one stream does both. */
export function Room({ name, initial, lastEventId }: Props) {
  const { now } = useEventStream(STREAM, {
    token: () => enter(name),
    types: ["mercure"],
    schema: Subscription,
    initial,
    reduce,
    lastEventId,
  });

  // Of some who came and went the hub knows no more, so the server renders the list anew, and the stream goes on from there.
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
