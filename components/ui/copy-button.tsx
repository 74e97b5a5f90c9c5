"use client";

import { type RefObject, useEffect, useState } from "react";

const SHOWN_MS = 2_000;

interface Props {
  /** Called when the button is pressed, because the text may be long. */
  readonly text: () => string;
  readonly children: React.ReactNode;
  /** The element to select if the clipboard is not available. */
  readonly shown?: RefObject<HTMLElement | null>;
  readonly className?: string;
}

/** Copies a text and confirms it. If the clipboard is not available, it selects the shown text. */
export function CopyButton({ text, children, shown, className = "" }: Props) {
  const [done, setDone] = useState<"Copied" | "Selected" | "Not copied">();

  useEffect(() => {
    if (done === undefined) return;
    const timer = setTimeout(() => setDone(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setDone("Copied");
    } catch {
      // No secure context, or no permission: the reader only has to press the keys to copy.
      if (shown?.current) getSelection()?.selectAllChildren(shown.current);
      setDone(shown ? "Selected" : "Not copied");
    }
  };

  return (
    <button type="button" className={`button button-small ${className}`} onClick={copy}>
      <span aria-live="polite">{done ?? children}</span>
    </button>
  );
}
