import { useRef, useState } from "react";
import { useConnectionLimit } from "../../ui/use-connection-limit.ts";
import type { ConsoleProps } from "../lib/hub-info.ts";
import { StreamPanel } from "./stream-panel.tsx";
import { NOTHING } from "./subscription.ts";
import { SubscriptionForm } from "./subscription-form.tsx";
import { useReadingToken } from "./use-reading-token.ts";
import type { StreamList } from "./use-stream-list.ts";

interface Props extends ConsoleProps {
  readonly list: StreamList;
  readonly onTokens: () => void;
}

/** Shows the streams side by side, and a way to add one. */
export function Streams({ hub, token, list, onTokens }: Props) {
  const [adding, setAdding] = useState(false);
  const addButton = useRef<HTMLButtonElement>(null);
  // The focused element disappears with its panel.
  const thenFocus = (change: () => void) => {
    change();
    addButton.current?.focus({ preventScroll: true });
  };
  const most = useConnectionLimit();
  const shown = list.shown.slice(0, most);
  const full = shown.length >= most;
  const reading = useReadingToken(hub, token);
  const needsToken = !hub.anonymous && reading === undefined;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pb-3">
        <h2 className="text-lg font-semibold">Streams</h2>
        <button
          ref={addButton}
          type="button"
          className="button button-small ml-auto"
          aria-disabled={full || adding || !hub.topics}
          onClick={() => hub.topics && !full && setAdding(true)}
        >
          Add a stream
        </button>
        {full && (
          <p className="basis-full text-sm text-quiet">
            {most} streams are as many as this browser can hold open here and still publish.
          </p>
        )}
      </div>
      <div className="grid min-h-0 flex-1 gap-4 lg:auto-cols-[minmax(min(22rem,100%),1fr)] lg:grid-flow-col lg:overflow-x-auto">
        {needsToken && hub.topics ? (
          <p className="rounded-2xl border border-line bg-sheet p-5 text-sm text-quiet">
            This hub lets nobody read without a token.{" "}
            <button type="button" className="cursor-pointer underline" onClick={onTokens}>
              Paste one under Tokens
            </button>
            , and the streams open.
          </p>
        ) : (
          hub.topics &&
          shown.map(({ key, subscription }) => (
            <StreamPanel
              // With another token the stream starts over: it may get other events.
              key={`${key} ${reading ?? ""}`}
              hub={hub}
              token={reading}
              subscription={subscription}
              onChange={(changed) => thenFocus(() => list.replace(key, changed))}
              onOpen={full ? undefined : list.add}
              onRemove={() => thenFocus(() => list.remove(key))}
            />
          ))
        )}
        {adding && (
          <section
            aria-label="A new stream"
            className="rounded-2xl border border-line bg-sheet p-4 lg:overflow-y-auto"
          >
            <SubscriptionForm
              first={NOTHING}
              action="Start"
              onDone={(subscription) =>
                thenFocus(() => {
                  setAdding(false);
                  if (subscription) list.add(subscription);
                })
              }
            />
          </section>
        )}
        {hub.topics && shown.length === 0 && !adding && !needsToken && (
          <p className="rounded-2xl border border-dashed border-line p-5 text-sm text-quiet">
            No stream is open. Add one, and what is published shows here.
          </p>
        )}
      </div>
    </div>
  );
}
