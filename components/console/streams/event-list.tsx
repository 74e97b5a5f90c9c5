import { type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useId, useLayoutEffect, useRef } from "react";
import type { Entry, EventStream, Snapshot } from "../../../client/base/snapshot.ts";
import { useFollow } from "../../ui/use-follow.ts";
import type { CatchUps } from "./catch-ups.ts";
import { EventRow } from "./event-row.tsx";
import type { FilteredEntries } from "./filtered-entries.ts";
import { useRowHeight } from "./use-row-height.ts";

/** How many rows are rendered beyond those in sight. */
const OVERSCAN = 12;

interface Props {
  /** The id of the element that names the list. */
  readonly label: string;
  readonly stream: EventStream;
  readonly now: Snapshot;
  readonly filtered: FilteredEntries;
  readonly catchUps: CatchUps;
  readonly filtering: boolean;
  readonly selected: Entry | undefined;
  readonly onSelect: (entry: Entry | undefined) => void;
}

/** Shows the events, newest last. Only the rows in sight are rendered, however many events there are. */
export function EventList(props: Props) {
  const { label, stream, now, filtered, catchUps, filtering, selected, onSelect } = props;
  const id = useId();
  const { paused, held, dropped } = now;
  const { length: count, removed } = filtered;
  const { scroller, following, jump, listeners } = useFollow(now.entries);
  const { probe, rowHeight } = useRowHeight();
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback(() => rowHeight, [rowHeight]),
    overscan: OVERSCAN,
    // The newest rows are rendered in the frame in which they arrive, before the list is scrolled to them.
    rangeExtractor: (range) => indexesOf(range, following),
  });
  const items = virtual.getVirtualItems();
  const halted = paused || !following;

  // When old entries are removed, a reader further down keeps their position.
  const before = useRef(removed);
  useLayoutEffect(() => {
    const gone = removed - before.current;
    before.current = removed;
    if (gone > 0 && !following && scroller.current) scroller.current.scrollTop -= gone * rowHeight;
  }, [removed, following, rowHeight, scroller]);

  const select = (index: number) => {
    const entry = filtered.at(Math.max(0, Math.min(count - 1, index)));
    if (!entry) return;
    onSelect(entry);
    virtual.scrollToIndex(Math.max(0, Math.min(count - 1, index)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onSelect(undefined);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const at = selected === undefined ? undefined : indexOf(filtered, selected.key);
    const first = items[0]?.index ?? 0;
    const to = {
      ArrowDown: at === undefined ? first : at + 1,
      ArrowUp: at === undefined ? count - 1 : at - 1,
      PageDown: (at ?? first) + page,
      PageUp: (at ?? first) - page,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    select(to);
  };

  return (
    <>
      <div
        ref={scroller}
        {...listeners}
        role="listbox"
        id={`${label}-list`}
        tabIndex={0}
        aria-labelledby={label}
        aria-activedescendant={
          items.some(({ index }) => filtered.at(index) === selected)
            ? `${id}-${selected?.key}`
            : undefined
        }
        onKeyDown={(event) => {
          listeners.onKeyDown(event);
          onKeyDown(event);
        }}
        className="relative h-[50svh] overflow-y-auto pb-1.5 font-mono text-[0.78rem] [overflow-anchor:none] -outline-offset-2! lg:h-auto lg:min-h-32 lg:flex-1"
      >
        <div
          role="presentation"
          className="relative"
          style={count > 0 ? { height: virtual.getTotalSize() } : undefined}
        >
          <div
            role="presentation"
            className="absolute inset-x-0 top-0"
            style={count > 0 ? { transform: `translateY(${items[0]?.start ?? 0}px)` } : undefined}
          >
            {items.map(({ index }) => {
              const entry = filtered.at(index);
              return (
                entry && (
                  <EventRow
                    key={entry.key}
                    id={`${id}-${entry.key}`}
                    entry={entry}
                    position={index + 1}
                    selected={entry === selected}
                    catchUp={catchUps.of(entry)}
                    onSelect={onSelect}
                  />
                )
              );
            })}
          </div>
        </div>
      </div>
      <div ref={probe} className="invisible absolute h-7 w-px" aria-hidden="true" />
      {count === 0 && (
        <p className="pointer-events-none absolute inset-x-0 bottom-8 px-4 text-center text-sm text-quiet">
          {filtering ? "No event has that." : "Nothing has come yet."}
        </p>
      )}
      {dropped > 0 && (
        <p className="border-t border-line px-4 py-1.5 text-[0.8rem] text-quiet tabular-nums">
          {dropped.toLocaleString("en")} older entries are no longer kept
        </p>
      )}
      {halted && (
        <div className="relative">
          <div className="absolute inset-x-0 bottom-3 flex justify-center">
            <button
              type="button"
              className="button button-small button-main shadow-lg"
              onClick={() => {
                stream.resume();
                jump();
                // The button disappears, so the focus has to move.
                scroller.current?.focus({ preventScroll: true });
              }}
            >
              {paused ? `Paused · ${held.toLocaleString("en")} new` : "Jump to newest"}
            </button>
          </div>
        </div>
      )}
    </>
  );
}

function indexesOf({ startIndex, endIndex, overscan, count }: Range, following: boolean): number[] {
  const shown = endIndex - startIndex + 1;
  const first = Math.max(0, following ? count - shown - overscan : startIndex - overscan);
  const last = following ? count - 1 : Math.min(count - 1, endIndex + overscan);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Returns the index of a key. Keys ascend. */
function indexOf(filtered: FilteredEntries, key: number): number {
  let [low, high] = [0, filtered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((filtered.at(middle)?.key ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
