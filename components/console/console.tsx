"use client";

import { useState } from "react";
import { type Tab, TabList } from "../ui/tab-list.tsx";
import { useWide } from "../ui/use-wide.ts";
import { Connected } from "./connected/connected.tsx";
import type { ConsoleProps, HubInfo } from "./lib/hub-info.ts";
import { Numbers } from "./numbers/numbers.tsx";
import { Publish } from "./publish/publish.tsx";
import { Streams } from "./streams/streams.tsx";
import type { Subscription } from "./streams/subscription.ts";
import { useStreamList } from "./streams/use-stream-list.ts";
import { TokenInUse } from "./tokens/token-in-use.tsx";
import { Tokens } from "./tokens/tokens.tsx";

type TabName = "streams" | "publish" | "connected" | "numbers" | "tokens";

const TABS: readonly Tab<TabName>[] = [
  { name: "streams", text: "Streams", className: "lg:hidden" },
  { name: "publish", text: "Publish" },
  { name: "connected", text: "Connected" },
  { name: "numbers", text: "Numbers" },
  { name: "tokens", text: "Tokens" },
];

interface Props {
  readonly hub: HubInfo;
  readonly streams: readonly Subscription[];
  /** The content above the tabs. */
  readonly children: React.ReactNode;
}

/** Shows the tools for the hub on the left, and its streams beside them; on a phone all of them are tabs. */
export function Console({ hub, streams, children }: Props) {
  const wide = useWide();
  const [chosen, setChosen] = useState<TabName>("streams");
  // Kept in this page's memory only: in no address, and in no storage.
  const [token, setToken] = useState<string>();
  const list = useStreamList(streams);
  const props: ConsoleProps = { hub, token, onToken: setToken };
  // On a wide page the streams are beside the tools, and the first tool is publishing.
  const left = chosen === "streams" ? "publish" : chosen;
  const panel = (name: TabName, content: React.ReactNode) => (
    <div
      role="tabpanel"
      id={`console-${name}`}
      aria-labelledby={`console-${name}-tab`}
      className={`pt-5 ${name !== left ? "hidden" : chosen === "streams" ? "hidden lg:block" : ""}`}
    >
      <h2 className="sr-only">{TABS.find((tab) => tab.name === name)?.text}</h2>
      {content}
    </div>
  );
  return (
    <div className="gap-x-8 lg:grid lg:grid-cols-[min(26rem,42%)_minmax(0,1fr)]">
      <div className="min-w-0">
        {children}
        <div className="needs-script mt-6">
          {token !== undefined && (
            <div className="mb-4">
              <TokenInUse token={token} onToken={setToken} />
            </div>
          )}
          <TabList
            label="Console"
            id="console"
            tabs={TABS}
            selected={wide ? left : chosen}
            onSelect={setChosen}
          />
          {panel("publish", <Publish {...props} onGo={setChosen} />)}
          {/* These two panels keep a stream open, and a browser has few connections. */}
          {panel("connected", left === "connected" && <Connected {...props} />)}
          {panel("numbers", left === "numbers" && <Numbers {...props} />)}
          {panel("tokens", <Tokens {...props} />)}
        </div>
      </div>
      {/* On a phone it is the panel of a tab; on a wide page it is a section. */}
      <section
        id="console-streams"
        role={wide ? undefined : "tabpanel"}
        aria-label="Streams"
        className={`needs-script mt-4 min-w-0 lg:sticky lg:top-8 lg:mt-0 lg:block lg:h-[calc(100dvh-4rem)] lg:min-h-96 lg:self-start ${chosen === "streams" ? "" : "hidden"}`}
      >
        <Streams {...props} list={list} onTokens={() => setChosen("tokens")} />
      </section>
    </div>
  );
}
