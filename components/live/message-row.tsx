import { memo } from "react";
import type { Entry, EntryKind } from "../../client/base/snapshot.ts";
import { clock } from "../ui/time-of-day.ts";

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

/** Shows one entry. It is rendered once: an entry never changes. */
export const MessageRow = memo(function MessageRow({ entry }: { entry: Entry }) {
  const { kind, text, omitted, detail, id, at } = entry;
  const time = new Date(at);
  return (
    <li
      data-kind={kind}
      className={`row grid grid-cols-1 gap-x-3 px-4 py-1 motion-safe:last:animate-arrive @lg:grid-cols-[auto_1fr_auto] @lg:px-5 ${id === undefined ? "@3xs:grid-cols-[auto_1fr]" : "@3xs:grid-cols-[1fr_auto]"}`}
    >
      <time dateTime={time.toISOString()} className="text-quiet tabular-nums">
        {clock(time)}
      </time>
      <span
        data-text
        lang={kind === "unsupported" ? "zh-CN" : undefined}
        className={`min-w-0 wrap-anywhere whitespace-pre-wrap ${COLOURS[kind]} ${kind === "message" ? "" : "font-bold"} ${id === undefined ? "" : "@3xs:col-span-2 @3xs:row-start-2 @lg:col-span-1 @lg:col-start-2 @lg:row-start-1"}`}
      >
        {text}
      </span>
      {id !== undefined && (
        <span
          className="max-w-40 truncate text-quiet @3xs:col-start-2 @3xs:row-start-1 @lg:col-start-3 @lg:max-w-48"
          title={id}
        >
          id {id}
        </span>
      )}
      {omitted > 0 && <Aside>… {omitted.toLocaleString("en")} more characters</Aside>}
      {detail !== undefined && <Aside>{detail}</Aside>}
    </li>
  );
});

function Aside({ children }: { children: React.ReactNode }) {
  return (
    <span className="col-span-full text-quiet @lg:col-span-1 @lg:col-start-2">{children}</span>
  );
}
