import { useId, useState } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { browserWorld } from "../../../client/base/world.ts";
import { useEventStream } from "../../../client/use-event-stream.ts";
import type { HubInfo } from "../lib/hub-info.ts";
import { BreakNotice } from "./break-notice.tsx";
import { EventDetail } from "./event-detail.tsx";
import { EventList } from "./event-list.tsx";
import { StreamCode } from "./stream-code.tsx";
import { StreamHead } from "./stream-head.tsx";
import { StreamTools } from "./stream-tools.tsx";
import { type Subscription, subscriptionQuery } from "./subscription.ts";
import { SubscriptionForm } from "./subscription-form.tsx";
import { useCatchUps } from "./use-catch-ups.ts";
import { useFiltered } from "./use-filtered.ts";
import { withoutCookies } from "./without-cookies.ts";

/** The most that one stream keeps to show. */
const KEEP = { entries: 100_000, characters: 64_000_000 } as const;
/** The length of "Break the connection", in milliseconds: long enough to publish something meanwhile. */
export const BREAK_MS = 5_000;

interface Props {
  readonly hub: HubInfo;
  /** The token to read with. */
  readonly token: string | undefined;
  readonly subscription: Subscription;
  readonly onChange: (subscription: Subscription) => void;
  /** Opens another stream; undefined: the page has the most streams already. */
  readonly onOpen: ((subscription: Subscription) => void) | undefined;
  readonly onRemove: () => void;
}

/** Shows one stream: its status, its events, and its controls. */
export function StreamPanel({ hub, token, subscription, onChange, onOpen, onRemove }: Props) {
  const { matchers, from } = subscription;
  const name = useId();
  const [world] = useState(() => withoutCookies(browserWorld()));
  const { stream, now } = useEventStream(
    `${hub.path}?${subscriptionQuery({ matchers, from: undefined })}`,
    {
      ...(from === undefined ? {} : { lastEventId: from }),
      ...(token === undefined ? {} : { token: () => token }),
      types: "all",
      // A break of one stream's connection MUST NOT affect others.
      share: false,
      keep: KEEP,
      world,
    },
  );
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState<"code" | "form">();
  const [selected, setSelected] = useState<Entry>();
  const { filtered, complete } = useFiltered(now.entries, query);
  const catchUps = useCatchUps(now.entries, from !== undefined);
  const toggle = (what: "code" | "form") => setOpen(open === what ? undefined : what);
  const goOnFrom = (id: string) => {
    const next = { matchers, from: id };
    if (onOpen) onOpen(next);
    else onChange(next);
  };

  return (
    <section
      aria-labelledby={name}
      className="relative flex min-h-0 min-w-0 flex-col overflow-hidden rounded-2xl border border-line bg-sheet"
    >
      <StreamHead
        name={name}
        now={now}
        subscription={subscription}
        open={open}
        onToggle={toggle}
        onBreak={() => stream.cut(BREAK_MS)}
        onRemove={onRemove}
      />
      {open === "form" && (
        <div className="border-t border-line px-4 py-3">
          <SubscriptionForm
            first={subscription}
            action="Restart"
            onDone={(changed) => {
              setOpen(undefined);
              if (changed) onChange(changed);
            }}
          />
        </div>
      )}
      {open === "code" && (
        <StreamCode
          hub={hub}
          subscription={subscription}
          entries={now.entries}
          withToken={token !== undefined}
        />
      )}
      <StreamTools
        stream={stream}
        now={now}
        filtered={filtered}
        complete={complete}
        query={query}
        onQuery={setQuery}
      />
      <BreakNotice now={now} catchUps={catchUps} />
      <EventList
        label={name}
        stream={stream}
        now={now}
        filtered={filtered}
        catchUps={catchUps}
        filtering={query !== ""}
        selected={selected}
        onSelect={setSelected}
      />
      {selected && (
        <EventDetail
          key={selected.key}
          entry={selected}
          catchUp={catchUps.of(selected)}
          onFrom={goOnFrom}
          opensAnother={onOpen !== undefined}
          onClose={() => {
            setSelected(undefined);
            // The button that was pressed is gone, so the focus has to move.
            document.getElementById(`${name}-list`)?.focus({ preventScroll: true });
          }}
        />
      )}
    </section>
  );
}
