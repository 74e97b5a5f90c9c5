"use client";

import type { ConsoleProps } from "../lib/hub-info.ts";
import { neededMatch } from "../lib/hub-topics.ts";
import { NeededGrant } from "../tokens/needed-grant.tsx";
import { LiveList } from "./live-list.tsx";
import { useList } from "./use-list.ts";

/** Shows who is subscribed: the hub's list, updated by its events. */
export function Connected(props: ConsoleProps) {
  const { hub, token } = props;
  if (!hub.playground && token === undefined) return <Needed {...props} />;
  // A new token starts over: the old token's list is not shown to it.
  return <List key={token} {...props} />;
}

function List(props: ConsoleProps) {
  const { hub, token } = props;
  const { answer, reload } = useList(hub, token);
  if (!answer) return <p className="text-sm text-quiet">Asking the hub who is connected.</p>;
  const { list, number } = answer;
  switch (list.kind) {
    case "refused":
      return <Needed {...props} refusal={`The hub refused the token: ${list.why}.`} />;
    case "failed":
      return (
        <div className="grid gap-3 text-sm">
          <p role="alert" className="border-l-2 border-bad pl-3 wrap-anywhere">
            Who is connected can’t be told: {list.why}. It is asked again in a moment.
          </p>
          <button type="button" className="button justify-self-start" onClick={reload}>
            Ask now
          </button>
        </div>
      );
    case "list":
      // A new list needs a new start, and a new stream.
      return <LiveList key={number} hub={hub} token={token} list={list} onStale={reload} />;
  }
}

function Needed(props: ConsoleProps & { readonly refusal?: string }) {
  return <NeededGrant {...props} what="Who is connected" match={neededMatch(props.hub)} />;
}
