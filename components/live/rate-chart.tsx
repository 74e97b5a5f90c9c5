const HEIGHT = 40;

/** Messages a second over the last minute, a bar a second; the newest is on the right. */
export function RateChart({ rates }: { rates: readonly number[] }) {
  const highest = Math.max(1, ...rates);
  const bars = rates
    .map((n, second) => {
      const top = HEIGHT - (n / highest) * (HEIGHT - 4);
      return n > 0 ? `M${second + 0.5} ${HEIGHT}V${top.toFixed(2)}` : "";
    })
    .join("");
  const total = rates.reduce((sum, n) => sum + n, 0);
  return (
    <svg
      role="img"
      aria-label={`${total} events in the last minute, at most ${Math.max(...rates)} in a second`}
      viewBox={`0 0 ${rates.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-14 w-full text-water lg:h-20"
    >
      <path
        d={rates.map((_, second) => `M${second + 0.5} ${HEIGHT}v-.01`).join("")}
        className="text-line"
        stroke="currentColor"
        strokeWidth="3"
        vectorEffect="non-scaling-stroke"
      />
      <path d={bars} stroke="currentColor" strokeWidth="4" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
