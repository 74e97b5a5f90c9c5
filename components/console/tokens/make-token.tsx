import { type FormEvent, useId, useState } from "react";
import type { ConsoleProps } from "../lib/hub-info.ts";
import { GrantFields } from "./grant-fields.tsx";
import { MintCommand } from "./mint-command.tsx";
import { NewToken } from "./new-token.tsx";
import { TokenFields } from "./token-fields.tsx";
import { mintToken } from "./token-requests.ts";
import { type Wanted, wantedProblem } from "./wanted.ts";

const FIRST: Wanted = {
  grants: [
    {
      match: "https://example.com/books/:id",
      type: "urlpattern",
      publish: true,
      subscribe: true,
    },
  ],
  payload: "",
  subject: "",
  lifetime: "1h",
};

/** Makes a token with the chosen grants; where keys are configured, it shows the command that mints one. */
export function MakeToken({ hub, onToken }: ConsoleProps) {
  const [wanted, setWanted] = useState(FIRST);
  const [made, setMade] = useState<{ token: string; wanted: Wanted }>();
  const [refusal, setRefusal] = useState<string>();
  const title = useId();
  const problem = wantedProblem(wanted);

  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!hub.playground) return;
    const answer =
      problem === undefined ? await mintToken(wanted) : { ok: false as const, problem };
    setMade(answer.ok ? { token: answer.value, wanted } : undefined);
    setRefusal(answer.ok ? undefined : answer.problem);
  };

  return (
    <section aria-labelledby={title} className="grid gap-4">
      <h2 id={title} className="text-lg font-semibold">
        {hub.playground ? "Get a token" : "Mint a token"}
      </h2>
      <form onSubmit={make} className="grid gap-4">
        <GrantFields
          grants={wanted.grants}
          onChange={(grants) => setWanted({ ...wanted, grants })}
        />
        <TokenFields wanted={wanted} onChange={setWanted} />
        {hub.playground ? (
          <>
            {refusal !== undefined && (
              <p role="alert" className="border-l-2 border-bad pl-3 text-sm wrap-anywhere">
                {refusal}
              </p>
            )}
            <button type="submit" className="button button-main justify-self-start">
              Get the token
            </button>
          </>
        ) : (
          <MintCommand wanted={wanted} problem={problem} />
        )}
      </form>
      {made && (
        <NewToken
          token={made.token}
          grants={made.wanted.grants}
          hub={`${hub.origin}${hub.path}`}
          onUse={() => onToken(made.token)}
        />
      )}
    </section>
  );
}
