import { useDeferredValue, useEffect, useId, useMemo, useState } from "react";
import { useEventStream } from "../../../client/use-event-stream.ts";
import { SUBSCRIPTION_EVENT } from "../../../protocol/events.ts";
import { MAX_SUBSCRIPTIONS } from "../../../protocol/limits.ts";
import type { HubInfo } from "../lib/hub-info.ts";
import { eventsPattern, neededMatch } from "../lib/hub-topics.ts";
import { StreamState } from "../lib/stream-state.tsx";
import type { FetchedList } from "./fetch-list.ts";
import { parseSubscription } from "./parse-subscription.ts";
import { groupsOf, rowsOf } from "./rows.ts";
import { fold, type Subscribed, settle, startSubscribed } from "./subscribed.ts";
import { VirtualRows } from "./virtual-rows.tsx";

const count = (n: number) => n.toLocaleString("en");

interface Props {
  readonly hub: HubInfo;
  readonly token: string | undefined;
  /** The subscriptions at the start, and the cursor from which events report changes. */
  readonly list: FetchedList & { readonly kind: "list" };
  /** Some events are missing, so a new list has to be requested. */
  readonly onStale: () => void;
}

/** Shows the current list, by matcher. */
export function LiveList({ hub, token, list, onStale }: Props) {
  const [initial] = useState(() => startSubscribed(list.documents));
  const own = eventsPattern(hub);
  const url = `${hub.path}?match_urlpattern=${encodeURIComponent(own)}`;
  const { now } = useEventStream<unknown, Subscribed>(url, {
    types: [SUBSCRIPTION_EVENT],
    lastEventId: list.cursor,
    // The list belongs to this page only, and so does its cursor.
    share: false,
    keep: { entries: 1 },
    ...(token === undefined ? {} : { token: () => token }),
    initial,
    reduce: (state, { type, data }) => {
      const document = type === SUBSCRIPTION_EVENT ? parseSubscription(data) : undefined;
      return document ? fold(state, document) : state;
    },
  });
  const { gaps, state } = now;
  useEffect(() => {
    if (gaps > 0) onStale();
  }, [gaps, onStale]);

  const [words, setWords] = useState("");
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  // The filter stays responsive when ten thousand subscriptions change at once.
  const shown = useDeferredValue(state);
  const wanted = useDeferredValue(words);
  const all = useMemo(() => settle(shown), [shown]);
  const groups = useMemo(() => groupsOf(all.values(), wanted, own), [all, wanted, own]);
  const rows = useMemo(() => rowsOf(groups, turned), [groups, turned]);
  const subscribers = useMemo(
    () => new Set([...all.values()].map(({ subscriber }) => subscriber)).size,
    [all],
  );
  const title = useId();
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm text-quiet">
          <Figure name={subscribers === 1 ? "stream" : "streams"} value={count(subscribers)} />
          <Figure
            name={all.size === 1 ? "subscription" : "subscriptions"}
            value={count(all.size)}
          />
        </dl>
        {list.changes && <StreamState now={now} />}
      </div>
      {!list.changes && (
        <div className="grid justify-items-start gap-2 text-sm">
          <p className="text-wait">
            The token shows this list and no changes: for those it has to grant subscribe on{" "}
            <code className="font-mono text-[0.8rem] wrap-anywhere">{neededMatch(hub)}</code>.
          </p>
          <button type="button" className="button" onClick={onStale}>
            Ask again
          </button>
        </div>
      )}
      {all.size >= MAX_SUBSCRIPTIONS && (
        <p className="text-sm text-wait">
          {count(MAX_SUBSCRIPTIONS)} are shown; there may be more.
        </p>
      )}
      <label className="grid gap-1.5 text-sm font-medium">
        Filter
        <input
          type="search"
          className="field font-mono font-normal"
          value={words}
          onChange={({ target }) => setWords(target.value)}
          placeholder="topic, id or payload"
          spellCheck={false}
          autoComplete="off"
        />
      </label>
      <h2 id={title} className="sr-only">
        Who is connected, by topic
      </h2>
      {rows.length === 0 ? (
        <p className="text-sm text-quiet">
          {all.size === 0
            ? "Nobody is subscribed now. Open a stream, and it appears here."
            : "Nothing here has that in its topic, id or payload."}
        </p>
      ) : (
        <VirtualRows
          // A new search starts at the top of the list.
          key={wanted}
          rows={rows}
          labelledBy={title}
          own={own}
          onTurn={(key, open) => setTurned(new Map(turned).set(key, open))}
        />
      )}
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-col-reverse">
      <dt>{name}</dt>
      <dd className="text-3xl/9 font-semibold tracking-tight text-ink tabular-nums">{value}</dd>
    </div>
  );
}
