import type { Retry } from "../../client/base/snapshot.ts";
import { useNow } from "./use-now.ts";

interface Props {
  attempt: number;
  next: Retry;
}

/** Shows when the next try is. */
export function NextTry({ attempt, next }: Props) {
  const now = useNow(next.by === "page" ? next.at : null);
  return (
    <p className="text-sm text-quiet tabular-nums">
      Try {attempt}
      {when(next, now)}
    </p>
  );
}

function when(next: Retry, now: number): string {
  if (next.by === "browser") return ": the browser reconnects";
  const seconds = next.at === null ? 0 : Math.ceil((next.at - now) / 1000);
  return seconds > 0 ? ` in ${seconds} s` : ": under way";
}
