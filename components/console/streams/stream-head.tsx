import type { Snapshot, Status } from "../../../client/base/snapshot.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { NextTry } from "../../ui/next-try.tsx";
import { RateChart } from "../../ui/rate-chart.tsx";
import type { Subscription } from "./subscription.ts";

const LOOKS: Record<Status["state"], { name: string; colour: string; moving: boolean }> = {
  connecting: { name: "Connecting", colour: "text-wait", moving: true },
  open: { name: "Open", colour: "text-good", moving: true },
  reconnecting: { name: "Reconnecting", colour: "text-wait", moving: true },
  paused: { name: "Paused while hidden", colour: "text-quiet", moving: false },
  closed: { name: "Closed", colour: "text-quiet", moving: false },
  unsupported: { name: "Not supported", colour: "text-bad", moving: false },
};

interface Props {
  /** The id of its heading. */
  readonly name: string;
  readonly now: Snapshot;
  readonly subscription: Subscription;
  readonly open: "code" | "form" | undefined;
  readonly onToggle: (what: "code" | "form") => void;
  readonly onBreak: () => void;
  readonly onRemove: () => void;
}

/** Shows what a stream listens to, the status of its connection, and its rate. */
export function StreamHead(props: Props) {
  const { name, now, subscription, open, onToggle, onBreak, onRemove } = props;
  const { status, events, rate, rates } = now;
  const look = LOOKS[status.state];
  return (
    <header className="px-4 pt-3">
      <div className="flex items-start gap-2">
        <h3
          id={name}
          className="min-w-0 grow py-1.5 font-mono text-[0.85rem]/5 font-semibold wrap-anywhere"
        >
          {subscription.matchers.map(({ type, match }) => (
            <span key={`${type} ${match}`} className="block">
              {match === "*" ? "* (every topic)" : match}
            </span>
          ))}
          {subscription.from !== undefined && (
            <span className="block font-normal text-quiet">
              {subscription.from === "earliest"
                ? "from the earliest"
                : `after ${subscription.from}`}
            </span>
          )}
        </h3>
        <IconButton
          icon="edit"
          label="Change what it listens to"
          expanded={open === "form"}
          onClick={() => onToggle("form")}
        />
        <IconButton icon="close" label="Remove this stream" onClick={onRemove} />
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="flex min-w-0 grow flex-wrap items-center gap-x-3">
          <div className={`flex items-center gap-2 font-semibold ${look.colour}`}>
            <span
              aria-hidden="true"
              className={`size-2 shrink-0 rounded-full bg-current ${look.moving ? "motion-safe:animate-breathe" : ""}`}
            />
            <p role="status" className="text-sm">
              {look.name}
            </p>
          </div>
          {status.state === "reconnecting" && (
            <NextTry attempt={status.attempt} next={status.next} />
          )}
        </div>
        <button
          type="button"
          className="button button-small"
          aria-disabled={status.state !== "open"}
          onClick={() => status.state === "open" && onBreak()}
        >
          Break the connection
        </button>
        <button
          type="button"
          className="button button-small"
          aria-expanded={open === "code"}
          onClick={() => onToggle("code")}
        >
          Code
        </button>
      </div>
      <div className="mt-2 flex items-end gap-4 border-b border-line">
        <p className="shrink-0 pb-2 text-sm text-quiet tabular-nums">
          <b className="text-base font-semibold text-ink" data-figure="events">
            {events.toLocaleString("en")}
          </b>{" "}
          {events === 1 ? "event" : "events"},{" "}
          <b className="text-base font-semibold text-ink" data-figure="rate">
            {rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en")}
          </b>{" "}
          a second
        </p>
        <RateChart rates={rates} className="h-9 min-w-0" />
      </div>
    </header>
  );
}
