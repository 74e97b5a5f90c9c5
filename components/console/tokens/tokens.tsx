"use client";

import type { ConsoleProps } from "../lib/hub-info.ts";
import { InspectToken } from "./inspect-token.tsx";
import { MakeToken } from "./make-token.tsx";

/** Makes, inspects and selects tokens for this console. A token is only in this page's memory. */
export function Tokens(props: ConsoleProps) {
  const { hub, token, onToken } = props;
  const make = <MakeToken key="make" {...props} />;
  const inspect = <InspectToken key="inspect" token={token} onToken={onToken} />;
  return <div className="grid gap-6">{hub.playground ? [make, inspect] : [inspect, make]}</div>;
}
