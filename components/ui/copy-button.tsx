"use client";

import { type RefObject, useEffect, useState } from "react";

const SHOWN_MS = 2_000;

interface Props {
  /** Asked for when it is pressed: it may be long. */
  readonly text: () => string;
  readonly children: React.ReactNode;
  /** What is selected where the clipboard is out of reach. */
  readonly shown?: RefObject<HTMLElement | null>;
  readonly className?: string;
}

/** Copies a text, and says so; where the clipboard is out of reach, it selects what is shown of it. */
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
      // Not a secure context, or not allowed: one key press is left to do.
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
