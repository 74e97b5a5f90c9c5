import { useId } from "react";
import { LIFETIMES, type Lifetime, payloadProblem, type Wanted } from "./wanted.ts";

const NAMES: Readonly<Record<Lifetime, string>> = {
  "1m": "1 minute",
  "15m": "15 minutes",
  "1h": "1 hour",
  "1d": "1 day",
  "7d": "7 days",
};

const isLifetime = (text: string): text is Lifetime => Object.hasOwn(LIFETIMES, text);

interface Props {
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
}

/** Edits the subject of a token, its lifetime, and the payload of its subscriptions. */
export function TokenFields({ wanted, onChange }: Props) {
  const { payload, subject, lifetime } = wanted;
  const problem = payloadProblem(payload);
  const field = useId();
  const note = useId();
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(9rem,100%),1fr))] gap-3 text-sm font-medium">
      <label className="grid content-start gap-1.5">
        Lasts
        <select
          className="field cursor-pointer font-normal"
          value={lifetime}
          onChange={({ target: { value } }) => {
            if (isLifetime(value)) onChange({ ...wanted, lifetime: value });
          }}
        >
          {Object.entries(NAMES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="grid content-start gap-1.5">
        Subject
        <input
          className="field font-mono font-normal"
          value={subject}
          onChange={({ target }) => onChange({ ...wanted, subject: target.value })}
          placeholder="random"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
        />
      </label>
      <div className="col-span-full grid gap-1.5">
        <label htmlFor={field}>Payload, shown with its subscriptions</label>
        <textarea
          id={field}
          className="field min-h-16 py-2 font-mono font-normal"
          value={payload}
          onChange={({ target }) => onChange({ ...wanted, payload: target.value })}
          placeholder='{"name":"Ada"}'
          aria-describedby={note}
          aria-invalid={problem !== undefined}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
        />
        <p id={note} className="font-normal text-bad empty:hidden">
          {problem}
        </p>
      </div>
    </div>
  );
}
