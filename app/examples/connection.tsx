import type { Status } from "../../client/base/snapshot.ts";

const LOOKS: Record<Status["state"], { word: string; colour: string }> = {
  connecting: { word: "Connecting", colour: "text-wait" },
  open: { word: "Live", colour: "text-good" },
  reconnecting: { word: "Reconnecting", colour: "text-wait" },
  paused: { word: "Paused", colour: "text-quiet" },
  closed: { word: "Closed", colour: "text-quiet" },
  unsupported: { word: "Not supported", colour: "text-bad" },
};

/** Shows the status of the stream in a word; `word` replaces the default one. */
export function Connection({ status, word }: { status: Status; word?: string | undefined }) {
  const look = LOOKS[status.state];
  return (
    <p
      role="status"
      className={`${word === undefined ? "needs-script" : ""} flex items-center gap-2 text-sm font-medium ${look.colour}`}
    >
      <span aria-hidden="true" className="size-2 rounded-full bg-current" />
      {word ?? look.word}
    </p>
  );
}
