import { useId, useRef } from "react";
import { MAX_TOPICS_OF_DETAIL } from "../../../protocol/limits.ts";
import { looksLikePattern, type WantedGrant } from "./wanted.ts";

interface Props {
  readonly grants: readonly WantedGrant[];
  readonly onChange: (grants: readonly WantedGrant[]) => void;
}

/** Edits the topics that a token grants, and the actions on each. */
export function GrantFields({ grants, onChange }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const change = (index: number, grant: WantedGrant) => onChange(grants.with(index, grant));
  const remove = (index: number) => {
    onChange(grants.toSpliced(index, 1));
    // The button disappears, so the focus has to move.
    list.current?.querySelectorAll("input").item(0)?.focus();
  };
  return (
    <div className="grid gap-3">
      <ul ref={list} className="grid gap-3">
        {grants.map((grant, index) => (
          <GrantField
            // biome-ignore lint/suspicious/noArrayIndexKey: a field is identified by its position.
            key={index}
            grant={grant}
            onChange={(changed) => change(index, changed)}
            {...(grants.length > 1 ? { onRemove: () => remove(index) } : {})}
          />
        ))}
      </ul>
      {grants.length < MAX_TOPICS_OF_DETAIL && (
        <button
          type="button"
          className="button justify-self-start"
          onClick={() =>
            onChange([...grants, { match: "", type: "exact", publish: false, subscribe: true }])
          }
        >
          Add a topic
        </button>
      )}
    </div>
  );
}

interface FieldProps {
  readonly grant: WantedGrant;
  readonly onChange: (grant: WantedGrant) => void;
  readonly onRemove?: () => void;
}

function GrantField({ grant, onChange, onRemove }: FieldProps) {
  const { match, type, publish, subscribe } = grant;
  const id = useId();
  const retyped = (text: string) => {
    // A type that the reader has chosen stays. Only a type that was guessed from the text follows the text.
    const followed = type === (looksLikePattern(match) ? "urlpattern" : "exact");
    const next = looksLikePattern(text) ? "urlpattern" : "exact";
    onChange({ ...grant, match: text, type: followed ? next : type });
  };
  return (
    <li className="grid gap-2 rounded-xl border border-line p-3">
      <label htmlFor={id} className="text-sm font-medium">
        Topic
      </label>
      <input
        id={id}
        className="field font-mono"
        value={match}
        onChange={({ target }) => retyped(target.value)}
        placeholder="a topic, a URL pattern, or * for all"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <select
          aria-label="What the topic is"
          className="field w-auto! cursor-pointer"
          value={match === "*" ? "exact" : type}
          disabled={match === "*"}
          onChange={({ target }) =>
            onChange({ ...grant, type: target.value === "urlpattern" ? "urlpattern" : "exact" })
          }
        >
          <option value="exact">{match === "*" ? "every topic" : "this topic"}</option>
          <option value="urlpattern">URL pattern</option>
        </select>
        <Check
          name="publish"
          checked={publish}
          onChange={(on) => onChange({ ...grant, publish: on })}
        />
        <Check
          name="subscribe"
          checked={subscribe}
          onChange={(on) => onChange({ ...grant, subscribe: on })}
        />
        {onRemove && (
          <button type="button" className="button ml-auto min-h-8! px-3!" onClick={onRemove}>
            Remove<span className="sr-only"> {match || "the empty topic"}</span>
          </button>
        )}
      </div>
    </li>
  );
}

interface CheckProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
}

function Check({ name, checked, onChange }: CheckProps) {
  return (
    <label className="flex min-h-8 cursor-pointer items-center gap-1.5">
      <input
        type="checkbox"
        className="size-4 accent-water"
        checked={checked}
        onChange={({ target }) => onChange(target.checked)}
      />
      {name}
    </label>
  );
}
