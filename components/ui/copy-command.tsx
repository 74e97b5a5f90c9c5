"use client";

import { useEffect, useRef, useState } from "react";

const SHOWN_MS = 2_000;

/** A command, and a button that copies it; where the clipboard is out of reach, it selects the command. */
export function CopyCommand({ command }: { command: string }) {
  const code = useRef<HTMLElement>(null);
  const [done, setDone] = useState<"Copied" | "Selected">();

  useEffect(() => {
    if (done === undefined) return;
    const timer = setTimeout(() => setDone(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setDone("Copied");
    } catch {
      // Not a secure context, or not allowed: one key press is left to do.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setDone("Selected");
    }
  };

  return (
    <div className="flex flex-wrap items-start justify-end gap-2 rounded-lg bg-wash p-1.5 pl-3">
      <code
        ref={code}
        className="min-w-0 grow basis-44 self-center py-1 font-mono text-[0.8rem] wrap-anywhere"
      >
        {command}
      </code>
      <button type="button" className="button min-h-8! px-3!" onClick={copy}>
        <span aria-live="polite">{done ?? "Copy"}</span>
      </button>
    </div>
  );
}
