const PATHS = {
  edit: "M3 13l.7-3L10.8 3l2.2 2.2-7 7zM9.5 4.3l2.2 2.2",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
} as const;

interface Props {
  readonly icon: keyof typeof PATHS;
  /** The button's action, as text for sighted readers and for screen readers. */
  readonly label: string;
  readonly onClick: () => void;
  readonly expanded?: boolean;
}

/** A button with an icon only. */
export function IconButton({ icon, label, onClick, expanded }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      onClick={onClick}
      className="inline-grid size-8 shrink-0 cursor-pointer place-items-center rounded-full text-quiet hover:bg-wash hover:text-water"
    >
      <svg viewBox="0 0 16 16" className="size-4" aria-hidden="true">
        <path
          d={PATHS[icon]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    </button>
  );
}
