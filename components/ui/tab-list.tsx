import type { KeyboardEvent } from "react";

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly text: string;
  readonly className?: string;
}

interface Props<Name extends string> {
  readonly label: string;
  /** The panels have the ids `${id}-${name}`. */
  readonly id: string;
  readonly tabs: readonly Tab<Name>[];
  readonly selected: Name;
  readonly onSelect: (name: Name) => void;
  readonly small?: boolean;
}

/** Shows tabs, and handles their keys. Source: WAI-ARIA Authoring Practices, Tabs pattern. */
export function TabList<Name extends string>(props: Props<Name>) {
  const { label, id, tabs, selected, onSelect, small = false } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")].filter(
      (button) => button.offsetParent !== null,
    );
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length);
    next?.focus();
    next?.click();
  };
  return (
    <div
      role="tablist"
      aria-label={label}
      onKeyDown={onKeyDown}
      className={`flex flex-wrap gap-x-4 ${small ? "" : "border-b border-line"}`}
    >
      {tabs.map(({ name, text, className = "" }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}-tab`}
          aria-controls={`${id}-${name}`}
          aria-selected={name === selected}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
          className={`-mb-px cursor-pointer border-b-2 border-transparent text-quiet hover:text-water aria-selected:border-water aria-selected:text-ink ${small ? "py-1 text-[0.8rem]" : "py-2.5 text-sm font-medium"} ${className}`}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
