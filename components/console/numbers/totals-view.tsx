import { useId } from "react";
import type { NumbersDocument } from "../../../hub/stats/numbers.ts";
import { span } from "../lib/span.ts";
import { COUNTS, type Totals } from "./series.ts";

const NAMES: Readonly<Record<keyof Totals, string>> = {
  published: "updates published",
  delivered: "events delivered",
  replayed: "of those, to who had missed them",
  refused: "requests refused",
  lagged: "times a reader was too slow",
  gaps: "readers told of a gap in history",
};

interface Props {
  readonly totals: Totals;
  readonly since: number;
  readonly last: NumbersDocument;
}

/** Shows the totals since the panel was opened, and the values that have no line of their own. */
export function TotalsView({ totals, since, last }: Props) {
  const title = useId();
  return (
    <section aria-labelledby={title} className="text-sm">
      <h2 id={title} className="font-medium">
        Since {new Date(since).toLocaleTimeString("en-GB")}
      </h2>
      <dl className="mt-1.5 grid gap-1">
        {COUNTS.map((name) => (
          <Line key={name} name={NAMES[name]} value={totals[name].toLocaleString("en")} />
        ))}
      </dl>
      <p className="mt-3 text-quiet tabular-nums">
        Now: {last.audiences.toLocaleString("en")} different sets of matchers,{" "}
        {last.subscriptions.toLocaleString("en")} subscriptions, {last.waiting.toLocaleString("en")}{" "}
        updates waiting for the log. Up for {span(last.uptimeSeconds)}.
      </p>
    </section>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-row-reverse justify-end gap-3">
      <dt className="text-quiet">{name}</dt>
      <dd className="min-w-14 text-right font-semibold tabular-nums">{value}</dd>
    </div>
  );
}
