import { CopyCommand } from "../../ui/copy-command.tsx";
import { shellWord } from "../code/quote.ts";
import type { ConsoleProps } from "../lib/hub-info.ts";

interface Props extends ConsoleProps {
  /** The thing that is not visible, as the beginning of a sentence: `Who is connected`. */
  readonly what: string;
  /** The matcher that a token has to grant, in the form of `npm run token`. */
  readonly match: string;
  /** Why the hub refused the present token, as a sentence. */
  readonly refusal?: string | undefined;
}

/** Explains what to do without a token, or with a token that does not grant enough. */
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
