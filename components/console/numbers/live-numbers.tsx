import type { ReactNode } from "react";
import { useEventStream } from "../../../client/use-event-stream.ts";
import { NUMBERS_EVENT } from "../../../protocol/events.ts";
import type { HubInfo } from "../lib/hub-info.ts";
import { StreamState } from "../lib/stream-state.tsx";
import { PanelView } from "./panel-view.tsx";
import { PANELS, TRAFFIC } from "./panels.ts";
import { parseNumbers } from "./parse-numbers.ts";
import { addSecond, NO_NUMBERS, type Series } from "./series.ts";
import { TotalsView } from "./totals-view.tsx";

interface Props {
  readonly hub: HubInfo;
  readonly token: string | undefined;
  readonly topic: string;
  /** The content to show if the token does not grant the topic. */
  readonly needed: (refusal?: string) => ReactNode;
}

/** Shows the stats as they arrive. */
export function LiveNumbers({ hub, token, topic, needed }: Props) {
  const { now } = useEventStream<unknown, Series>(
    `${hub.path}?match=${encodeURIComponent(topic)}`,
    {
      types: [NUMBERS_EVENT],
      keep: { entries: 1 },
      ...(token === undefined ? {} : { token: () => token }),
      initial: NO_NUMBERS,
      reduce: (state, { type, data }) => {
        const numbers = type === NUMBERS_EVENT ? parseNumbers(data) : undefined;
        return numbers ? addSecond(state, numbers) : state;
      },
    },
  );
  const { seconds, totals, since } = now.state;
  const last = seconds.at(-1)?.numbers;
  if (token !== undefined && since === undefined && now.status.state === "reconnecting")
    return needed(`No numbers come: ${now.entries.at(-1)?.detail ?? "the stream was refused"}.`);
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap justify-between gap-x-4">
        <StreamState now={now} />
        <p className="text-sm text-quiet">
          {last && now.status.state !== "open"
            ? `as of ${new Date(last.at).toLocaleTimeString("en-GB")}`
            : "up to five minutes"}
        </p>
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(10.5rem,100%),1fr))] gap-2.5">
        <PanelView panel={TRAFFIC} seconds={seconds} wide />
        {PANELS.map((panel) => (
          <PanelView key={panel.name} panel={panel} seconds={seconds} />
        ))}
      </div>
      {last && since !== undefined && <TotalsView totals={totals} since={since} last={last} />}
    </div>
  );
}
