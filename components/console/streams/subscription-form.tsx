import { type FormEvent, useId, useState } from "react";
import { MAX_MATCHERS } from "../../../protocol/limits.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { likelyType, type Subscription, type WantedMatcher } from "./subscription.ts";

interface Props {
  readonly first: Subscription;
  /** The text of the button. */
  readonly action: string;
  /** undefined: nothing changes. */
  readonly onDone: (subscription: Subscription | undefined) => void;
}

interface Line extends WantedMatcher {
  readonly key: number;
  /** The reader has chosen the type, so it is not guessed any more. */
  readonly chosen: boolean;
}

/** Edits what a stream listens to, one matcher a line, and where it starts. */
export function SubscriptionForm({ first, action, onDone }: Props) {
  const id = useId();
  const [lines, setLines] = useState<readonly Line[]>(() =>
    first.matchers.map((matcher, key) => ({ ...matcher, key, chosen: matcher.match.length > 1 })),
  );
  const [from, setFrom] = useState<"now" | "earliest" | "id">(
    first.from === undefined ? "now" : first.from === "earliest" ? "earliest" : "id",
  );
  const [eventId, setEventId] = useState(from === "id" ? (first.from ?? "") : "");

  const change = (key: number, to: Partial<Line>) =>
    setLines((all) => all.map((line) => (line.key === key ? { ...line, ...to } : line)));
  const write = ({ key, chosen }: Line, match: string) =>
    change(key, { match, ...(chosen ? {} : { type: likelyType(match.trim()) }) });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const matchers = lines
      .map(({ type, match }) => ({ type, match: match.trim() }))
      .filter(({ match }) => match !== "");
    if (matchers.length === 0) return;
    const cursor = { now: undefined, earliest: "earliest", id: eventId.trim() || undefined }[from];
    onDone({ matchers, from: cursor });
  };

  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone(undefined);
      }}
      className="flex flex-col gap-4 text-sm"
    >
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 font-medium">Listen to</legend>
        {lines.map((line, index) => (
          <div key={line.key} className="flex items-center gap-2">
            <select
              aria-label={`Kind of matcher ${index + 1}`}
              className="field w-auto! pr-1"
              value={line.type}
              onChange={({ target }) =>
                change(line.key, {
                  type: target.value === "urlpattern" ? "urlpattern" : "exact",
                  chosen: true,
                })
              }
            >
              <option value="exact">Topic</option>
              <option value="urlpattern">URL pattern</option>
            </select>
            <input
              aria-label={`Matcher ${index + 1}`}
              className="field font-mono"
              value={line.match}
              onChange={({ target }) => write(line, target.value)}
              placeholder={
                line.type === "exact" ? "A topic, or * for all" : "https://example.com/books/:id"
              }
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              required={lines.length === 1}
              // biome-ignore lint/a11y/noAutofocus: a reader who has opened the form is about to write here.
              autoFocus={index === lines.length - 1}
            />
            {lines.length > 1 && (
              <IconButton
                icon="close"
                label={`Remove matcher ${index + 1}`}
                onClick={() => setLines((all) => all.filter(({ key }) => key !== line.key))}
              />
            )}
          </div>
        ))}
        {lines.length < MAX_MATCHERS && (
          <button
            type="button"
            className="button button-small justify-self-start"
            onClick={() =>
              setLines((all) => [
                ...all,
                { key: (all.at(-1)?.key ?? 0) + 1, type: "exact", match: "", chosen: false },
              ])
            }
          >
            Another matcher
          </button>
        )}
      </fieldset>
      <fieldset>
        <legend className="mb-1.5 font-medium">From</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-2">
          {(
            [
              ["now", "now on"],
              ["earliest", "the earliest that is kept"],
              ["id", "after an event"],
            ] as const
          ).map(([value, text]) => (
            <label key={value} className="flex min-h-8 items-center gap-2">
              <input
                type="radio"
                name={`${id}-from`}
                className="accent-water"
                checked={from === value}
                onChange={() => setFrom(value)}
              />
              {text}
            </label>
          ))}
        </div>
        {from === "id" && (
          <input
            aria-label="The event’s id"
            className="field mt-2 font-mono"
            value={eventId}
            onChange={({ target }) => setEventId(target.value)}
            placeholder="urn:uuid:…"
            spellCheck={false}
            autoComplete="off"
            required
          />
        )}
      </fieldset>
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={() => onDone(undefined)}>
          Cancel
        </button>
        <button type="submit" className="button button-main">
          {action}
        </button>
      </div>
    </form>
  );
}
