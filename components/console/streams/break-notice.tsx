import type { Snapshot } from "../../../client/base/snapshot.ts";
import type { CatchUp, CatchUps } from "./catch-ups.ts";

interface Props {
  readonly now: Snapshot;
  readonly catchUps: CatchUps;
}

/** Reports a break: how many events were missed, and whether they are complete. */
export function BreakNotice({ now, catchUps }: Props) {
  const { latest } = catchUps;
  const { state } = now.status;
  // The list may not show that the connection is back: it is paused, or was cleared before it showed that.
  const broken = catchUps.broken && state !== "open" && state !== "closed";
  const text = broken
    ? "The connection is broken. What is published meanwhile comes when it is back."
    : latest === undefined
      ? undefined
      : catchUps.isOver(Date.now())
        ? words(latest)
        : latest.after === "history"
          ? "Reading the history."
          : "Back, and catching up.";
  return (
    <p
      role="status"
      data-notice
      className={`text-sm ${text === undefined ? "" : "border-b border-line bg-wash px-4 py-2"}`}
    >
      {text}
    </p>
  );
}

function words({ after, count, about, gap }: CatchUp): string {
  const events = `${about ? "about " : ""}${count.toLocaleString("en")}`;
  if (gap)
    return `${capital(events)} came after a gap: the history no longer held all that was missed.`;
  if (after === "history" && count === 0) return "The history has nothing of it. Live from here.";
  if (after === "history") return `${capital(events)} from the history, then live.`;
  return count === 0 ? "Back. Nothing was missed." : `Back. ${capital(events)} missed, all here.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
