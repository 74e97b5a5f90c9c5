import { memo } from "react";
import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import { jsonText } from "../lib/json-text.ts";
import { type Group, shortId } from "./rows.ts";

interface GroupProps {
  readonly group: Group;
  readonly open: boolean;
  readonly own: string;
  readonly onTurn: (key: string, open: boolean) => void;
}

/** Shows a matcher, and its number of subscriptions. */
export function GroupRow({ group, open, own, onTurn }: GroupProps) {
  const { key, type, match, documents } = group;
  const meaning = meaningOf(type, match, own);
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={() => onTurn(key, !open)}
      className="flex w-full cursor-pointer items-baseline gap-2.5 px-3 py-2 text-left -outline-offset-2! hover:text-water"
    >
      <svg
        viewBox="0 0 10 10"
        aria-hidden="true"
        className={`size-2.5 shrink-0 text-quiet ${open ? "rotate-90" : ""}`}
      >
        <path d="M3 1l4 4-4 4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </svg>
      <span className="min-w-0 grow leading-5">
        <span className="font-mono text-[0.8rem] wrap-anywhere">{match}</span>
        {meaning !== undefined && <span className="ml-2 text-xs text-quiet">{meaning}</span>}
      </span>
      <span className="text-sm font-semibold tabular-nums">
        {documents.length.toLocaleString("en")}
      </span>
    </button>
  );
}

/** Shows a subscription. It is rendered once: a subscription never changes. */
export const SubscriberRow = memo(function SubscriberRow({
  document: { subscriber, payload },
}: {
  document: SubscriptionDocument;
}) {
  return (
    <div className="flex flex-wrap gap-x-3 gap-y-1 py-1.5 pr-3 pl-8 font-mono text-[0.78rem]/[1.3rem]">
      <span className="text-quiet" title={subscriber}>
        <span aria-hidden="true">{shortId(subscriber)}</span>
        <span className="sr-only">{subscriber}</span>
      </span>
      {payload !== undefined && (
        <pre className="min-w-0 grow basis-48 font-mono wrap-anywhere whitespace-pre-wrap">
          {jsonText(payload)}
        </pre>
      )}
    </div>
  );
});

function meaningOf(type: Group["type"], match: string, own: string): string | undefined {
  if (match === "*") return "every topic";
  if (match === own) return "this list";
  return type === "urlpattern" ? "pattern" : undefined;
}
