import { useMemo, useRef, useState } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { clock } from "../../ui/time-of-day.ts";
import type { CatchUp } from "./catch-ups.ts";
import { formatJson } from "./format-json.ts";

/** In characters: a longer text would be slow to lay out, and nobody reads it here. */
const SHOWN = 100_000;

interface Props {
  readonly entry: Entry;
  readonly catchUp: CatchUp["after"] | undefined;
  readonly onFrom: (id: string) => void;
  /** true: to resume from this event opens another stream. false: it restarts this one. */
  readonly opensAnother: boolean;
  readonly onClose: () => void;
}

/** Shows all of one entry. Its data is text, whatever it contains, and JSON is indented. */
export function EventDetail({ entry, catchUp, onFrom, opensAnother, onClose }: Props) {
  const { kind, text, detail, id, type, at } = entry;
  const [asSent, setAsSent] = useState(false);
  const formatted = useMemo(() => formatJson(text), [text]);
  const shown = asSent ? text : (formatted ?? text);
  const pre = useRef<HTMLPreElement>(null);
  return (
    <section
      aria-label="The selected event"
      className="flex min-h-0 shrink-0 flex-col border-t border-line bg-sheet text-sm max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-10 max-lg:max-h-[60svh] max-lg:rounded-t-2xl max-lg:border max-lg:shadow-2xl lg:max-h-[55%]"
    >
      <div className="flex items-start gap-2 px-4 pt-2">
        <dl className="grid min-w-0 grow grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 py-1.5 text-[0.8rem]">
          <Fact name="at">
            {clock(new Date(at))}
            {catchUp && (
              <span className="ml-2 text-wait">
                {catchUp === "break" ? "missed, and caught up on" : "from the history"}
              </span>
            )}
          </Fact>
          {kind === "message" && <Fact name="type">{type ?? "message"}</Fact>}
          {id !== undefined && <Fact name="id">{id}</Fact>}
        </dl>
        <IconButton icon="close" label="Close the event" onClick={onClose} />
      </div>
      <div className="flex flex-wrap gap-2 px-4 py-1.5">
        <CopyButton text={() => text} shown={pre}>
          Copy data
        </CopyButton>
        {id !== undefined && <CopyButton text={() => id}>Copy id</CopyButton>}
        {id !== undefined && (
          <button
            type="button"
            className="button button-small"
            title={
              opensAnother
                ? "Opens a stream that goes on after it"
                : "Restarts this stream after it"
            }
            onClick={() => onFrom(id)}
          >
            From here
          </button>
        )}
        {formatted !== undefined && (
          <button
            type="button"
            className="button button-small"
            aria-pressed={asSent}
            onClick={() => setAsSent(!asSent)}
          >
            As sent
          </button>
        )}
      </div>
      <pre
        ref={pre}
        data-data
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls has to be reachable by keyboard.
        tabIndex={0}
        className="min-h-16 flex-1 overflow-auto px-4 pt-1 pb-3 font-mono text-[0.78rem]/[1.25rem] wrap-anywhere whitespace-pre-wrap -outline-offset-2!"
      >
        {shown.slice(0, SHOWN)}
        {detail !== undefined && `\n${detail}`}
      </pre>
      {shown.length > SHOWN && (
        <p className="border-t border-line px-4 py-1.5 text-[0.8rem] text-quiet">
          … {(shown.length - SHOWN).toLocaleString("en")} more characters. A copy has them all.
        </p>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-quiet">{name}</dt>
      <dd className="font-mono wrap-anywhere">{children}</dd>
    </>
  );
}
