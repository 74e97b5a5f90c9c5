import type { Draft } from "./draft.ts";

interface Props {
  readonly draft: Draft;
  readonly onChange: (to: Partial<Draft>) => void;
}

/** Shows the optional fields of an update. */
export function MoreFields({ draft, onChange }: Props) {
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-3">
      <Field
        name="Type"
        value={draft.type}
        placeholder="message"
        onChange={(type) => onChange({ type })}
      />
      <Field
        name="Id"
        value={draft.id}
        placeholder="by the hub"
        onChange={(id) => onChange({ id })}
      />
      <Field
        name="Retry, in ms"
        value={draft.retry}
        placeholder="unchanged"
        inputMode="numeric"
        onChange={(retry) => onChange({ retry })}
      />
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: string;
  readonly placeholder: string;
  readonly inputMode?: "numeric";
  readonly onChange: (value: string) => void;
}

function Field({ name, value, placeholder, inputMode, onChange }: FieldProps) {
  return (
    <label className="grid gap-1.5 font-medium">
      {name}
      <input
        className="field font-mono font-normal"
        value={value}
        placeholder={placeholder}
        inputMode={inputMode}
        onChange={({ target }) => onChange(target.value)}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
      />
    </label>
  );
}
