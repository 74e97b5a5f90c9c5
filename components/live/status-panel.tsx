import type { EventStream, Snapshot, Status } from "../../client/base/snapshot.ts";
import { NextTry } from "../ui/next-try.tsx";
import { Countdown } from "./countdown.tsx";

const LOOKS: Record<Status["state"], { name: string; colour: string; moving: boolean }> = {
  connecting: { name: "Connecting", colour: "text-wait", moving: true },
  open: { name: "Open", colour: "text-good", moving: true },
  reconnecting: { name: "Reconnecting", colour: "text-wait", moving: true },
  paused: { name: "Paused while hidden", colour: "text-quiet", moving: false },
  closed: { name: "Closed", colour: "text-quiet", moving: false },
  unsupported: { name: "Not supported", colour: "text-bad", moving: false },
};

interface Props {
  stream: EventStream;
  now: Snapshot;
  address: string;
  closeAfterMs: number;
}

/** Shows the status of the connection, with its controls. */
export function StatusPanel({ stream, now, address, closeAfterMs }: Props) {
  const { status, closesAt, kept } = now;
  const { name, colour, moving } = LOOKS[status.state];
  const over = status.state === "closed" || status.state === "unsupported";
  const stays = closeAfterMs === 0 || kept;
  return (
    <section aria-label="Connection" className="needs-script lg:col-start-1">
      <div className="flex min-h-16 flex-wrap items-center gap-x-4">
        <div className="min-w-0 grow basis-32">
          <div className={`flex items-center gap-2.5 text-xl font-semibold ${colour}`}>
            <span
              aria-hidden="true"
              className={`size-2.5 rounded-full bg-current ${moving ? "motion-safe:animate-breathe" : ""}`}
            />
            <p role="status">{name}</p>
          </div>
          <p className="mt-0.5 truncate font-mono text-[0.8rem] text-quiet" title={address}>
            {address.replace(/^https?:\/\//, "")}
          </p>
          {status.state === "reconnecting" && (
            <div className="mt-1">
              <NextTry attempt={status.attempt} next={status.next} />
            </div>
          )}
        </div>
        {!over && <Countdown closesAt={closesAt} ofMs={closeAfterMs} stays={stays} />}
      </div>
      {status.state !== "unsupported" && (
        <div className="mt-4 flex flex-wrap gap-2.5">
          {/* One button for both actions, so that it keeps the focus when the stream closes. */}
          <button
            type="button"
            className={`button flex-1 ${over ? "button-main" : ""}`}
            onClick={over ? stream.reopen : stream.close}
          >
            {over ? "Reopen" : "Close now"}
          </button>
          <button
            type="button"
            className="button flex-1"
            aria-disabled={over || stays}
            onClick={stream.keepOpen}
          >
            Keep open
          </button>
        </div>
      )}
    </section>
  );
}
