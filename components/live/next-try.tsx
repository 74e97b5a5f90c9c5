import { useNow } from "./use-now.ts";

interface Props {
  attempt: number;
  /** In milliseconds since 1970; null: the browser decides. */
  nextTryAt: number | null;
}

/** When the connection is tried for again. */
export function NextTry({ attempt, nextTryAt }: Props) {
  const now = useNow(nextTryAt !== null);
  const seconds = nextTryAt === null || now === 0 ? 0 : Math.ceil((nextTryAt - now) / 1000);
  return (
    <p className="mt-1 text-sm text-quiet tabular-nums">
      Try {attempt}
      {seconds > 0 ? ` in ${seconds} s` : ", now"}
    </p>
  );
}
