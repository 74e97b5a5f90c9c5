import type { Snapshot, Status } from "../../../client/base/snapshot.ts";
import { NextTry } from "../../ui/next-try.tsx";

/** Shows the status of a panel's stream in a word, and if it was lost, why. */
export function StreamState({ now: { status, entries } }: { now: Snapshot<unknown, unknown> }) {
  const { name, colour } = looks(status);
  const last = entries.at(-1);
  return (
    <div className="min-w-0 text-sm">
      <div className={`flex items-center gap-2 font-medium ${colour}`}>
        <span
          aria-hidden="true"
          className={`size-2 shrink-0 rounded-full bg-current ${status.state === "paused" ? "" : "motion-safe:animate-breathe"}`}
        />
        <p role="status">{name}</p>
        {status.state === "reconnecting" && <NextTry attempt={status.attempt} next={status.next} />}
      </div>
      {status.state === "reconnecting" && last?.kind === "error" && (
        <p className="mt-0.5 text-quiet wrap-anywhere">{last.detail}</p>
      )}
    </div>
  );
}

function looks(status: Status): { name: string; colour: string } {
  switch (status.state) {
    case "connecting":
      return { name: "Connecting", colour: "text-wait" };
    case "open":
      return status.held
        ? { name: "Live, but held back on its way", colour: "text-wait" }
        : { name: "Live", colour: "text-good" };
    case "reconnecting":
      return { name: "Reconnecting", colour: "text-wait" };
    case "paused":
      return { name: "Paused", colour: "text-quiet" };
    case "closed":
      return { name: "Closed", colour: "text-quiet" };
    case "unsupported":
      return { name: "Not supported by this browser", colour: "text-bad" };
  }
}
