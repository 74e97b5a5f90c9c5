import { CopyCommand } from "./copy-command.tsx";
import { curlCommand } from "./curl.ts";

/** How to listen without this page. */
export function ListenHint({ address }: { address: string }) {
  return (
    <section aria-labelledby="listen" className="text-sm">
      <noscript>
        <p className="mb-3 border-l-2 border-wait pl-4">
          This page shows the stream with JavaScript, which is off. A terminal shows it too:
        </p>
      </noscript>
      <p id="listen" className="mb-1.5 font-medium">
        Listen in a terminal
      </p>
      <CopyCommand command={curlCommand(address)} />
    </section>
  );
}
