import { useEffect, useRef } from "react";
import { CopyCommand } from "../../ui/copy-command.tsx";
import { curlLines } from "./curl-lines.ts";
import { Ending } from "./ending.tsx";
import { endOf } from "./pasted-token.ts";
import type { WantedGrant } from "./wanted.ts";

interface Props {
  readonly token: string;
  readonly grants: readonly WantedGrant[];
  /** The hub's whole address. */
  readonly hub: string;
  readonly onUse: () => void;
}

/** Shows a token that was just made, and how to use it. */
export function NewToken({ token, grants, hub, onUse }: Props) {
  const title = useRef<HTMLHeadingElement>(null);
  const end = endOf(token);
  // It is below the button that was pressed, perhaps out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new token has to be visible.
  useEffect(() => title.current?.focus(), [token]);
  return (
    <section aria-label="The new token" className="grid gap-2 text-sm">
      <h3 ref={title} tabIndex={-1} className="font-medium">
        Your token
      </h3>
      <p className="text-quiet">
        {end === undefined ? null : <Ending at={end} />} It is shown only here.
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls has to be reachable by keyboard.
        tabIndex={0}
        aria-label="The token, for a shell"
        className="max-h-32 overflow-y-auto rounded-lg"
      >
        <CopyCommand command={`TOKEN=${token}`} />
      </section>
      <button type="button" className="button button-main justify-self-start" onClick={onUse}>
        Use it in this console
      </button>
      <p className="mt-2 font-medium">In a terminal</p>
      {curlLines(grants, hub).map((line) => (
        <CopyCommand key={line} command={line} />
      ))}
    </section>
  );
}
