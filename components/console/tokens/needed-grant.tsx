import { CopyCommand } from "../../ui/copy-command.tsx";
import { shellWord } from "../code/quote.ts";
import type { ConsoleProps } from "../lib/hub-info.ts";

interface Props extends ConsoleProps {
  /** What can't be seen, as the beginning of a sentence: `Who is connected`. */
  readonly what: string;
  /** The matcher that a token has to grant, as `npm run token` takes it. */
  readonly match: string;
  /** What came of the token that there is, as a sentence. */
  readonly refusal?: string | undefined;
}

/** What to do where there is no token, or where the token does not grant what is to be seen. */
export function NeededGrant({ hub, token, onToken, what, match, refusal }: Props) {
  return (
    <div className="grid gap-3 text-sm">
      {refusal !== undefined && (
        <p role="alert" className="border-l-2 border-bad pl-3 wrap-anywhere">
          {refusal}
        </p>
      )}
      <p>
        {what} is shown to those whose token grants <b className="font-semibold">subscribe</b> on{" "}
        <code className="font-mono text-[0.8rem] wrap-anywhere">{match}</code>.
      </p>
      {hub.playground ? (
        <p className="text-quiet">In a playground nobody needs a token: stop using this one.</p>
      ) : (
        <>
          <p className="text-quiet">Mint one where the hub runs, and paste it under Tokens:</p>
          <CopyCommand command={`npm run token -- --subscribe ${shellWord(match)}`} />
        </>
      )}
      {token !== undefined && (
        <button
          type="button"
          className="button justify-self-start"
          onClick={() => onToken(undefined)}
        >
          Stop using the token
        </button>
      )}
    </div>
  );
}
