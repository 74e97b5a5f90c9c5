import { useNow } from "../ui/use-now.ts";

interface Props {
  /** In milliseconds since 1970; null: it is not open yet, or does not close by itself. */
  closesAt: number | null;
  /** The time of a full ring, in milliseconds. */
  ofMs: number;
  /** The stream does not close by itself. */
  stays: boolean;
}

/** A ring that shrinks until the auto-close. */
export function Countdown({ closesAt, ofMs, stays }: Props) {
  const now = useNow(closesAt);
  if (stays) return <p className="text-right text-sm text-quiet">stays open</p>;
  const leftMs = closesAt === null ? ofMs : Math.max(0, closesAt - now);
  const seconds = Math.ceil(leftMs / 1000);
  return (
    <p className="flex items-center gap-3 text-sm text-quiet">
      <span className="sr-only">closes in {inWords(seconds)}</span>
      <span aria-hidden="true">closes in</span>
      <span aria-hidden="true" className="relative grid size-14 place-items-center">
        <svg viewBox="0 0 40 40" className="absolute inset-0 -rotate-90" aria-hidden="true">
          <circle cx="20" cy="20" r="18" fill="none" stroke="var(--line)" strokeWidth="3" />
          <circle
            cx="20"
            cy="20"
            r="18"
            fill="none"
            stroke="var(--water)"
            strokeWidth="3"
            strokeLinecap="round"
            pathLength={1}
            strokeDasharray="1 1"
            strokeDashoffset={1 - Math.min(1, leftMs / ofMs)}
          />
        </svg>
        <span className="text-base font-semibold text-ink tabular-nums">{short(seconds)}</span>
      </span>
    </p>
  );
}

function inWords(seconds: number): string {
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}

function short(seconds: number): string {
  if (seconds < 100) return String(seconds);
  if (seconds < 6_000) return `${Math.ceil(seconds / 60)}m`;
  return `${Math.ceil(seconds / 3_600)}h`;
}
