import { CopyCommand } from "../ui/copy-command.tsx";
import { curlCommand } from "./curl.ts";

/** Shows how to listen without this page. */
export function ListenHint({ address }: { address: string }) {
  return (
    <section aria-labelledby="listen" className="text-sm">
      <p id="listen" className="mb-1.5 font-medium">
        Listen in a terminal
      </p>
      <CopyCommand command={curlCommand(address)} />
    </section>
  );
}
