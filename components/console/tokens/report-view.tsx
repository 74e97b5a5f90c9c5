import type { ReportedGrant, TokenReport, Verdict } from "../../../hub/http/inspect.ts";
import { jsonText } from "../lib/json-text.ts";
import { Ending } from "./ending.tsx";

interface Props {
  readonly report: TokenReport;
  readonly inUse: boolean;
  readonly onUse: (use: boolean) => void;
}

/** Shows the hub's report on a token. */
export function ReportView({ report, inUse, onUse }: Props) {
  const { header, claims, expiresAt, publisher, subscriber } = report;
  const taken = publisher.ok || subscriber.ok;
  return (
    <section aria-label="What the hub makes of it" className="grid gap-3 text-sm">
      <p>{expiresAt === null ? "It says no end." : <Ending at={expiresAt} />}</p>
      <dl className="grid gap-3">
        <VerdictView name="publisher" verdict={publisher} />
        <VerdictView name="subscriber" verdict={subscriber} />
      </dl>
      {(taken || inUse) && (
        <button
          type="button"
          className={`button justify-self-start ${inUse ? "" : "button-main"}`}
          onClick={() => onUse(!inUse)}
        >
          {inUse ? "Stop using it" : "Use it in this console"}
        </button>
      )}
      <details>
        <summary className="cursor-pointer font-medium">Header and claims</summary>
        <pre className="mt-2 rounded-lg bg-wash p-3 font-mono text-[0.78rem]/[1.3rem] wrap-anywhere whitespace-pre-wrap">
          {`${jsonText(header)}\n${jsonText(claims)}`}
        </pre>
      </details>
    </section>
  );
}

interface VerdictProps {
  readonly name: "publisher" | "subscriber";
  readonly verdict: Verdict;
}

function VerdictView({ name, verdict }: VerdictProps) {
  const action = name === "publisher" ? "publish" : "subscribe";
  return (
    <div className={`border-l-2 pl-3 ${verdict.ok ? "border-good" : "border-bad"}`}>
      <dt className={`font-semibold ${verdict.ok ? "text-good" : "text-bad"}`}>
        As a {name}: {verdict.ok ? "taken" : `refused (${verdict.reason})`}
      </dt>
      <dd className="mt-1 wrap-anywhere">
        {verdict.explanation}
        {verdict.ok && <GrantList action={action} grants={verdict.grants} />}
      </dd>
    </div>
  );
}

function GrantList({ action, grants }: { action: string; grants: readonly ReportedGrant[] }) {
  return (
    <ul className="grid gap-1">
      {grants.flatMap(({ topics, payload }) =>
        topics.map(({ match, match_type }) => (
          <li key={`${match_type} ${match} ${payload ? jsonText(payload) : ""}`}>
            May {action} to{" "}
            <code className="font-mono text-[0.8rem]">{match === "*" ? "every topic" : match}</code>
            {match !== "*" && match_type === "urlpattern" && (
              <span className="text-quiet"> (pattern)</span>
            )}
            {action === "subscribe" && payload && (
              <span className="text-quiet">
                {" "}
                with <code className="font-mono text-[0.8rem]">{jsonText(payload)}</code>
              </span>
            )}
          </li>
        )),
      )}
    </ul>
  );
}
