"use client";

import "uplot/dist/uPlot.min.css";
import type { ConsoleProps } from "../lib/hub-info.ts";
import { ownTopics } from "../lib/hub-topics.ts";
import { NeededGrant } from "../tokens/needed-grant.tsx";
import { LiveNumbers } from "./live-numbers.tsx";

/** Shows the hub's stats, from its own stream. The stream is open while this is shown, and the hub measures nothing else for it. */
export function Numbers(props: ConsoleProps) {
  const { hub, token } = props;
  const topic = `${ownTopics(hub)}/numbers`;
  const needed = (refusal?: string) => (
    <NeededGrant {...props} what="How the hub is doing" match={topic} refusal={refusal} />
  );
  if (!hub.playground && token === undefined) return needed();
  // A new token starts over: the old token's stats are not shown to it.
  return <LiveNumbers key={token} hub={hub} token={token} topic={topic} needed={needed} />;
}
