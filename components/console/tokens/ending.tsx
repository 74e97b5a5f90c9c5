import { useNow } from "../../ui/use-now.ts";
import { span } from "../lib/span.ts";

/** Counts down to the expiry of a token. @param at in milliseconds since 1970 */
export function Ending({ at }: { at: number }) {
  const now = useNow(at);
  const left = Math.ceil((at - now) / 1000);
  const time = new Date(at);
  return (
    <>
      {left > 0 ? (
        <span className="tabular-nums">It ends in {span(left)}</span>
      ) : (
        <strong role="alert" className="font-semibold text-bad">
          It ended {left > -60 ? "just now" : `${span(-left)} ago`}
        </strong>
      )}
      {Number.isNaN(time.getTime()) ? null : (
        <>
          , at{" "}
          <time dateTime={time.toISOString()} className="whitespace-nowrap">
            {time.toLocaleString("en-GB")}
          </time>
        </>
      )}
      .
    </>
  );
}
