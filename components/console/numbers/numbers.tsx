"use client";

import "uplot/dist/uPlot.min.css";
import type { ConsoleProps } from "../lib/hub-info.ts";
import { ownTopics } from "../lib/hub-topics.ts";
import { NeededGrant } from "../tokens/needed-grant.tsx";
import { LiveNumbers } from "./live-numbers.tsx";

/** How the hub is doing, by its own stream of numbers: open while this is shown, and the hub measures nothing else. */
export function Numbers(props: ConsoleProps) {
  const { hub, token } = props;
  const topic = `${ownTopics(hub)}/numbers`;
  const needed = (refusal?: string) => (
    <NeededGrant {...props} what="How the hub is doing" match={topic} refusal={refusal} />
  );
  if (!hub.playground && token === undefined) return needed();
  // What one token lets see is gone with it.
  return <LiveNumbers key={token} hub={hub} token={token} topic={topic} needed={needed} />;
}
