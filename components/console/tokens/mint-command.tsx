import { CopyCommand } from "../../ui/copy-command.tsx";
import { mintLines } from "./mint-line.ts";
import type { Wanted } from "./wanted.ts";

interface Props {
  readonly wanted: Wanted;
  readonly problem: string | undefined;
}

/** Shows the command that mints the token, and where to run it: this page has no keys. */
export function MintCommand({ wanted, problem }: Props) {
  if (problem !== undefined) return <p className="text-sm text-quiet">{problem}</p>;
  const lines = mintLines(wanted);
  return (
    <div className="grid gap-2 text-sm">
      <p>
        {lines.length === 1
          ? "Run this in the app’s folder, where the hub’s keys are set:"
          : "Topics and patterns that look alike are two tokens. Run these in the app’s folder, where the hub’s keys are set:"}
      </p>
      {lines.map((line) => (
        <CopyCommand key={line} command={line} />
      ))}
      <p className="text-quiet">
        It signs with the hub’s secrets. Where the hub has a public key, add{" "}
        <code className="font-mono text-[0.8rem]">--key-file</code> with the private one; where it
        has a JWK Set, its authorization server gives tokens.
      </p>
    </div>
  );
}
