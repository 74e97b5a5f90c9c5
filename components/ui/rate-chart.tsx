import { useId } from "react";
import { SECONDS } from "../../client/rate-meter.ts";

const HEIGHT = 40;

/** Shows messages a second over the last minute, a bar for each second; the newest is on the right. */
export function RateChart({
  rates,
  className = "",
}: {
  rates: readonly number[];
  className?: string;
}) {
  const fade = useId();
  const highest = Math.max(...rates);
  // Some space above the bars, so that a steady stream does not fill the chart.
  const scale = HEIGHT / Math.max(2, highest * 1.15);
  const bars = rates
    .map((n, second) =>
      n > 0 ? `M${second + 0.5} ${HEIGHT}V${(HEIGHT - n * scale).toFixed(2)}` : "",
    )
    .join("");
  const total = rates.reduce((sum, n) => sum + n, 0);
  return (
    <svg
      role="img"
      aria-label={`${total} ${total === 1 ? "event" : "events"} in the last minute, at most ${highest} in a second`}
      viewBox={`0 0 ${rates.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={`w-full ${className}`}
      strokeWidth="0.62"
    >
      <defs>
        <linearGradient id={fade} gradientUnits="userSpaceOnUse" x1="0" x2={rates.length}>
          <stop offset="0" stopColor="var(--water)" stopOpacity="0.3" />
          <stop offset="1" stopColor="var(--water)" />
        </linearGradient>
      </defs>
      <path d={SLOTS} stroke="var(--line)" />
      <path d={bars} stroke={`url(#${fade})`} />
    </svg>
  );
}

const SLOTS = Array.from(
  { length: SECONDS },
  (_, second) => `M${second + 0.5} ${HEIGHT - 2}V${HEIGHT}`,
).join("");
