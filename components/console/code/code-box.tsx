import { useId, useRef, useState } from "react";
import { CopyButton } from "../../ui/copy-button.tsx";
import { TabList } from "../../ui/tab-list.tsx";
import type { Snippet } from "./snippet.ts";

interface Props {
  /** The purpose of the code. */
  readonly label: string;
  readonly snippets: readonly Snippet[];
}

/** Shows code in one of several languages, to copy. */
export function CodeBox({ label, snippets }: Props) {
  const id = useId();
  const shown = useRef<HTMLElement>(null);
  const [selected, setSelected] = useState(snippets[0]?.name ?? "");
  const code = snippets.find(({ name }) => name === selected)?.code ?? "";
  return (
    <section aria-label={label} className="rounded-lg bg-wash">
      <div className="flex items-center justify-between gap-3 px-3 pt-1.5">
        <TabList
          label={label}
          id={id}
          small
          tabs={snippets.map(({ name }) => ({ name, text: name }))}
          selected={selected}
          onSelect={setSelected}
        />
        <CopyButton text={() => code} shown={shown}>
          Copy
        </CopyButton>
      </div>
      {snippets.map(({ name }) => (
        <div
          key={name}
          role="tabpanel"
          id={`${id}-${name}`}
          aria-labelledby={`${id}-${name}-tab`}
          hidden={name !== selected}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls has to be reachable by keyboard.
          tabIndex={0}
          className="max-h-56 overflow-auto px-3 pt-1.5 pb-3 -outline-offset-2!"
        >
          {name === selected && (
            <pre className="font-mono text-[0.78rem]/[1.25rem] wrap-anywhere whitespace-pre-wrap">
              <code ref={shown}>{code}</code>
            </pre>
          )}
        </div>
      ))}
    </section>
  );
}
