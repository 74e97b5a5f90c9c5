import { memo } from "react";
import type { Entry, EntryKind } from "../../../client/base/snapshot.ts";
import { SUBSCRIPTION_EVENT } from "../../../protocol/events.ts";
import { clock } from "../../ui/time-of-day.ts";
import type { CatchUp } from "./catch-ups.ts";

const COLOURS: Record<EntryKind, string> = {
  message: "text-ink",
  open: "text-good",
  error: "text-bad",
  close: "text-quiet",
  unsupported: "text-bad",
  gap: "text-wait",
  held: "text-wait",
  invalid: "text-bad",
};

/** In characters: more than a row can show. */
const SHOWN = 300;

interface Props {
  readonly id: string;
  readonly entry: Entry;
  /** From 1. */
  readonly position: number;
  readonly selected: boolean;
  readonly catchUp: CatchUp["after"] | undefined;
  readonly onSelect: (entry: Entry) => void;
}

/** Shows an entry on one line, all of the same height. */
export const EventRow = memo(function EventRow(props: Props) {
  const { id, entry, position, selected, catchUp, onSelect } = props;
  const { kind, text, detail, type, at } = entry;
  const time = new Date(at);
  const words = detail === undefined ? text : `${text}: ${detail}`;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names this as the active one.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys.
    <div
      role="option"
      id={id}
      aria-selected={selected}
      aria-posinset={position}
      aria-setsize={-1}
      data-kind={kind}
      data-catch-up={catchUp}
      data-own={type === SUBSCRIPTION_EVENT ? "" : undefined}
      onClick={() => onSelect(entry)}
      className="flex h-7 cursor-pointer items-center gap-3 border-l-2 border-transparent px-4 hover:bg-wash aria-selected:border-water aria-selected:bg-wash data-catch-up:border-wait"
    >
      <time dateTime={time.toISOString()} className="shrink-0 text-quiet tabular-nums">
        {clock(time)}
      </time>
      {type !== undefined && (
        <span className="max-w-36 shrink-0 truncate rounded bg-wash px-1.5 text-water">{type}</span>
      )}
      <bdi
        data-text
        lang={kind === "unsupported" ? "zh-CN" : undefined}
        className={`min-w-0 grow truncate ${type === SUBSCRIPTION_EVENT ? "text-quiet" : COLOURS[kind]} ${kind === "message" ? "" : "font-bold"}`}
      >
        {words.slice(0, SHOWN)}
      </bdi>
      {catchUp && (
        <span className="shrink-0 text-wait">{catchUp === "break" ? "missed" : "history"}</span>
      )}
    </div>
  );
});
