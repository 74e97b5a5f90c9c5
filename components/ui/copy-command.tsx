"use client";

import { useRef } from "react";
import { CopyButton } from "./copy-button.tsx";

/** Shows a command with a button that copies it. If the clipboard is not available, it selects the command. */
export function CopyCommand({ command }: { command: string }) {
  const code = useRef<HTMLElement>(null);
  return (
    <div className="flex flex-wrap items-start justify-end gap-2 rounded-lg bg-wash p-1.5 pl-3">
      <code
        ref={code}
        className="min-w-0 grow basis-44 self-center py-1 font-mono text-[0.8rem] wrap-anywhere"
      >
        {command}
      </code>
      <CopyButton text={() => command} shown={code}>
        Copy
      </CopyButton>
    </div>
  );
}
