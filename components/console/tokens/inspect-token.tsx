import { type FormEvent, useId, useRef, useState } from "react";
import type { TokenReport } from "../../../hub/http/inspect.ts";
import { trimToken } from "./pasted-token.ts";
import { ReportView } from "./report-view.tsx";
import { inspectToken } from "./token-requests.ts";

interface Props {
  readonly token: string | undefined;
  readonly onToken: (token: string | undefined) => void;
}

type Outcome =
  | { readonly kind: "report"; readonly token: string; readonly report: TokenReport }
  | { readonly kind: "problem"; readonly problem: string };

/** Inspects a pasted token, or the one in use: what it grants, when it expires, and why it would be refused. */
export function InspectToken({ token, onToken }: Props) {
  // Uncontrolled: React writes a controlled value into an attribute, which would be part of a saved page.
  const input = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const title = useId();
  const field = useId();

  const inspect = async (event: FormEvent) => {
    event.preventDefault();
    const pasted = trimToken(input.current?.value ?? "") || (token ?? "");
    if (pasted === "") {
      setOutcome({ kind: "problem", problem: "Paste a token first." });
      return;
    }
    const answer = await inspectToken(pasted);
    setOutcome(
      answer.ok
        ? { kind: "report", token: pasted, report: answer.value }
        : { kind: "problem", problem: answer.problem },
    );
  };

  return (
    <section aria-labelledby={title} className="grid gap-4">
      <h2 id={title} className="text-lg font-semibold">
        Look into a token
      </h2>
      <form onSubmit={inspect} className="grid gap-2">
        <label htmlFor={field} className="text-sm font-medium">
          Token
        </label>
        <div className="flex flex-wrap gap-2">
          {/* It has no name, so no form sends it. Browsers offer to save a password field, so this one only looks like one. */}
          <input
            ref={input}
            id={field}
            type="text"
            className={`field grow basis-44 font-mono ${shown ? "" : "[-webkit-text-security:disc]"}`}
            placeholder={token === undefined ? "eyJ…" : "the one in use"}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            data-1p-ignore
            data-lpignore="true"
          />
          <button
            type="button"
            className="button"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            Show
          </button>
        </div>
        <button type="submit" className="button justify-self-start">
          Look into it
        </button>
      </form>
      {outcome?.kind === "problem" && (
        <p role="alert" className="border-l-2 border-bad pl-3 text-sm wrap-anywhere">
          {outcome.problem}
        </p>
      )}
      {outcome?.kind === "report" && (
        <ReportView
          report={outcome.report}
          inUse={outcome.token === token}
          onUse={(use) => onToken(use ? outcome.token : undefined)}
        />
      )}
    </section>
  );
}
