import { CopyButton } from "../../ui/copy-button.tsx";
import type { Answer } from "./publish-request.ts";
import type { PublishState } from "./use-publisher.ts";

interface Props {
  readonly state: PublishState;
  readonly hasToken: boolean;
  /** Opens another tab. */
  readonly onGo: (tab: "tokens" | "streams") => void;
}

/** Shows the hub's answer to a publication. */
export function AnswerView({ state, hasToken, onGo }: Props) {
  return (
    <div className="text-sm">
      {state.kind === "running" && state.count > 1 && <Progress {...state} />}
      <div role="status" data-answer>
        {state.kind === "done" && <Done {...state} hasToken={hasToken} onGo={onGo} />}
      </div>
    </div>
  );
}

function Progress({ count, progress }: Extract<PublishState, { kind: "running" }>) {
  const { published, ms } = progress;
  return (
    <div className="grid gap-1.5">
      <progress
        aria-label="Published"
        className="h-2 w-full accent-water"
        max={count}
        value={published}
      />
      <p className="text-quiet tabular-nums">
        {number(published)} of {number(count)}
        {ms > 0 && `, ${number((published * 1000) / ms)} a second`}
      </p>
    </div>
  );
}

function Done({
  answer,
  count,
  published,
  hasToken,
  onGo,
}: Extract<PublishState, { kind: "done" }> & Omit<Props, "state">) {
  if (!answer.ok) {
    const aboutToken = answer.status === 401 || answer.status === 403;
    return (
      <div className="grid gap-1 border-l-2 border-bad pl-3">
        <p className="font-medium text-bad">
          {answer.title}
          {answer.status !== undefined && ` (${answer.status})`}
        </p>
        <p className="wrap-anywhere">{answer.detail}</p>
        {count > 1 && <p className="text-quiet">{number(published)} were published before that.</p>}
        {aboutToken && (
          <p>
            <button
              type="button"
              className="cursor-pointer underline"
              onClick={() => onGo("tokens")}
            >
              {hasToken ? "See what the token grants" : "Paste a token under Tokens"}
            </button>
          </p>
        )}
      </div>
    );
  }
  return (
    <div className="grid gap-1 border-l-2 border-good pl-3">
      <p className="font-medium text-good tabular-nums">{words(answer, count)}</p>
      {answer.ids.length === 1 && (
        <p className="flex items-center gap-2">
          <span className="min-w-0 grow font-mono text-[0.8rem] wrap-anywhere" data-id>
            {answer.ids[0]}
          </span>
          <CopyButton text={() => answer.ids[0] ?? ""}>Copy id</CopyButton>
        </p>
      )}
      <p className="lg:hidden">
        <button type="button" className="cursor-pointer underline" onClick={() => onGo("streams")}>
          See it in the streams
        </button>
      </p>
    </div>
  );
}

function words({ ids, ms }: Extract<Answer, { ok: true }>, count: number): string {
  if (count === 1) return `Published in ${number(ms)} ms`;
  const stopped = ids.length < count ? ", then stopped" : "";
  const seconds = (ms / 1000).toFixed(2);
  const rate = number((ids.length * 1000) / Math.max(1, ms));
  return `${number(ids.length)} published in ${seconds} s${stopped}: ${rate} a second`;
}

function number(n: number): string {
  return Math.round(n).toLocaleString("en");
}
