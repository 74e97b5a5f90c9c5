import { CLOSE_SECONDS, OWN_STREAM } from "./parameters.ts";

interface Props {
  url: string | undefined;
  closeSeconds: number;
}

/** A plain form: its values are in the page's address, which can be saved and shared. */
export function ConnectForm({ url, closeSeconds }: Props) {
  return (
    <form action="/" method="get" className="flex flex-col gap-3 border-t border-line pt-5">
      <label className="grid gap-1.5 text-sm font-medium">
        Another event stream
        <input
          className="field font-mono font-normal"
          type="url"
          name="url"
          defaultValue={url}
          placeholder={OWN_STREAM}
          spellCheck={false}
          autoComplete="off"
        />
      </label>
      <div className="flex flex-wrap items-center gap-2.5">
        <label className="flex flex-wrap items-center gap-2 text-sm font-medium whitespace-nowrap">
          Close after
          <input
            className="field w-18! font-mono font-normal tabular-nums"
            type="number"
            name="close"
            defaultValue={closeSeconds}
            min={0}
            max={CLOSE_SECONDS.longest}
            step="any"
            aria-describedby="close-hint"
          />
          s
        </label>
        <span id="close-hint" className="text-sm whitespace-nowrap text-quiet">
          0: never
        </span>
        <button type="submit" className="button ml-auto">
          Connect
        </button>
      </div>
    </form>
  );
}
