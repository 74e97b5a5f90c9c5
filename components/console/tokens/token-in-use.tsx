import { Ending } from "./ending.tsx";
import { endOf } from "./pasted-token.ts";

interface Props {
  readonly token: string;
  readonly onToken: (token: string | undefined) => void;
}

/** Shows the token that this console's requests use, and when it expires. */
export function TokenInUse({ token, onToken }: Props) {
  const end = endOf(token);
  return (
    <section
      aria-label="The token in use"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl bg-wash px-3 py-2.5 text-sm"
    >
      <p className="min-w-0 grow basis-40">
        <b className="font-semibold">This console uses a token.</b>{" "}
        {end === undefined ? "It says no end." : <Ending at={end} />}
      </p>
      <button type="button" className="button" onClick={() => onToken(undefined)}>
        Stop using it
      </button>
    </section>
  );
}
