export function Wordmark() {
  return (
    <p className="flex flex-wrap items-center gap-x-2.5 text-[0.95rem] font-semibold tracking-tight">
      <svg viewBox="0 0 32 22" className="h-4 w-6 shrink-0 text-water" aria-hidden="true">
        <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round">
          <path d="M3 5c4.3-4.5 8.7-4.5 13 0s8.7 4.5 13 0" />
          <path d="M3 11c4.3-4.5 8.7-4.5 13 0s8.7 4.5 13 0" opacity=".7" />
          <path d="M3 17c4.3-4.5 8.7-4.5 13 0s8.7 4.5 13 0" opacity=".4" />
        </g>
      </svg>
      Runnel
      <span className="font-normal text-quiet max-sm:hidden">live event streams for Next.js</span>
    </p>
  );
}
