import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { CodeBox } from "../code/code-box.tsx";
import type { ConsoleProps } from "../lib/hub-info.ts";
import { AnswerView } from "./answer-view.tsx";
import { COUNTER, type Draft, FIRST_DRAFT, fieldsOf, LARGEST_BURST, numbered } from "./draft.ts";
import { jsonProblem } from "./json-problem.ts";
import { MoreFields } from "./more-fields.tsx";
import { publishCode } from "./publish-code.ts";
import { usePublisher } from "./use-publisher.ts";

interface Props extends ConsoleProps {
  /** Opens another tab. */
  readonly onGo: (tab: "tokens" | "streams") => void;
}

/** Publishes one update or many, and shows the answer. The form keeps its contents, whatever the answer. */
export function Publish({ hub, token, onGo }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<Draft>(FIRST_DRAFT);
  const { state, publish, stop } = usePublisher(hub.path, token);
  const fields = fieldsOf(draft);
  const burst = draft.count > 1;
  const problem = jsonProblem(burst ? numbered(draft.data, 1) : draft.data);
  const change = (to: Partial<Draft>) => setDraft((old) => ({ ...old, ...to }));
  const running = state.kind === "running";

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!running) publish(fields, draft.count);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  };

  return (
    <div className="flex flex-col gap-5">
      <form onSubmit={submit} onKeyDown={onKeyDown} className="flex flex-col gap-3.5 text-sm">
        {!hub.playground && token === undefined && hub.topics && (
          <p className="rounded-lg bg-wash px-3 py-2">
            Publishing here needs a token.{" "}
            <button
              type="button"
              className="cursor-pointer underline"
              onClick={() => onGo("tokens")}
            >
              Paste one under Tokens
            </button>
          </p>
        )}
        <div className="grid gap-1.5">
          <div className="flex justify-between gap-3">
            <label htmlFor={`${id}-topic`} className="font-medium">
              Topic
            </label>
            <span id={`${id}-topics`} className="text-[0.8rem] text-quiet">
              several: one a line
            </span>
          </div>
          <textarea
            id={`${id}-topic`}
            className="field field-sizing-content resize-none py-2 font-mono font-normal"
            value={draft.topics}
            onChange={({ target }) => change({ topics: target.value })}
            rows={1}
            spellCheck={false}
            autoCapitalize="off"
            required
            aria-describedby={`${id}-topics`}
          />
        </div>
        <div className="grid gap-1.5">
          <div className="flex flex-wrap justify-between gap-x-3">
            <label htmlFor={`${id}-text`} className="font-medium">
              Data
            </label>
            <span
              id={`${id}-data`}
              className={`text-[0.8rem] ${problem === undefined ? "text-quiet" : "text-bad"}`}
            >
              {problem === undefined ? kindOf(draft.data) : `Not JSON. ${problem}.`}
            </span>
          </div>
          <textarea
            id={`${id}-text`}
            className="field field-sizing-content max-h-80 min-h-20 py-2 font-mono font-normal"
            value={draft.data}
            onChange={({ target }) => change({ data: target.value })}
            rows={3}
            spellCheck={false}
            autoCapitalize="off"
            aria-describedby={`${id}-data`}
          />
        </div>
        <MoreFields draft={draft} onChange={change} />
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
          <label className="flex min-h-10 items-center gap-2 font-medium">
            <input
              type="checkbox"
              className="size-4 accent-water"
              checked={draft.isPrivate}
              onChange={({ target }) => change({ isPrivate: target.checked })}
            />
            Private
          </label>
          <label className="flex items-center gap-2 font-medium">
            How many
            <input
              type="number"
              className="field w-22! font-mono font-normal tabular-nums"
              min={1}
              max={LARGEST_BURST}
              value={draft.count || ""}
              onChange={({ target }) => change({ count: target.valueAsNumber || 0 })}
              required
              aria-describedby={`${id}-count`}
            />
          </label>
          <span className="ml-auto flex gap-2">
            {running && burst && (
              <button type="button" className="button" onClick={stop}>
                Stop
              </button>
            )}
            <button
              type="submit"
              className="button button-main"
              aria-disabled={running}
              title="Ctrl+Enter or ⌘+Enter"
              aria-keyshortcuts="Control+Enter Meta+Enter"
            >
              Publish
            </button>
          </span>
          <p id={`${id}-count`} className="basis-full text-[0.8rem] text-quiet">
            With 2 or more, {COUNTER} in a field stands for each one’s number. Ctrl or ⌘ with Enter
            publishes.
          </p>
        </div>
      </form>
      <AnswerView state={state} hasToken={token !== undefined} onGo={onGo} />
      <CodeBox
        label="Code that publishes this"
        snippets={publishCode({
          hub,
          fields,
          count: Math.max(1, draft.count),
          withToken: !hub.playground || token !== undefined,
        })}
      />
    </div>
  );
}

function kindOf(data: string): string {
  return /^\s*[[{]/.test(data) ? "valid JSON" : "sent as text";
}
