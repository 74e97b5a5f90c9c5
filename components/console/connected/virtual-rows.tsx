import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { Row } from "./rows.ts";
import { GroupRow, SubscriberRow } from "./subscription-row.tsx";

/** The assumed height in pixels, until a row has been measured. */
const GUESSED = 40;

interface Props {
  readonly rows: readonly Row[];
  readonly labelledBy: string;
  /** The matcher that this page uses to listen to the events. */
  readonly own: string;
  readonly onTurn: (key: string, open: boolean) => void;
}

/** Shows the rows, and renders only those within sight. */
export function VirtualRows({ rows, labelledBy, own, onTurn }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => GUESSED,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  });
  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls has to be reachable by keyboard.
      tabIndex={0}
      aria-labelledby={labelledBy}
      className="max-h-[60svh] overflow-y-auto rounded-xl border border-line bg-sheet -outline-offset-2! lg:max-h-[max(20rem,calc(100dvh-30rem))]"
    >
      <ul className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <li
              key={key}
              ref={list.measureElement}
              data-index={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0 border-line not-first:border-t"
              style={{ transform: `translateY(${start}px)` }}
            >
              {row.kind === "group" ? (
                <GroupRow {...row} own={own} onTurn={onTurn} />
              ) : (
                <SubscriberRow document={row.document} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
