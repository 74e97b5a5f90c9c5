import type { EventStream, Snapshot } from "../../client/base/snapshot.ts";
import { RateChart } from "../ui/rate-chart.tsx";
import { useFollow } from "../ui/use-follow.ts";
import { MessageRow } from "./message-row.tsx";

const count = (n: number) => n.toLocaleString("en");

interface Props {
  stream: EventStream;
  now: Snapshot;
  children: React.ReactNode;
}

/** Shows the entries, newest last, and the rate. */
export function MessageLog({ stream, now, children }: Props) {
  const { entries, dropped, paused, held, events, rate, rates } = now;
  const { scroller, following, jump, listeners } = useFollow(entries);
  const halted = paused || !following;
  return (
    <div className="@container relative flex min-h-0 flex-col overflow-hidden rounded-2xl border border-line bg-sheet lg:sticky lg:top-8 lg:col-start-2 lg:row-span-3 lg:row-start-1 lg:h-[calc(100dvh-4rem)] lg:min-h-96 lg:self-start">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3 px-4 pt-4 @lg:px-5">
        <p id="received" lang="zh-CN" className="text-lg font-semibold">
          接收的消息：
        </p>
        <div className="needs-script ml-auto flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={paused ? stream.resume : stream.pause}>
            {paused ? "Resume" : "Pause"}
          </button>
          <button type="button" className="button" onClick={stream.clear}>
            Clear
          </button>
        </div>
      </div>
      <div className="needs-script mt-3 flex flex-wrap items-end gap-x-6 border-b border-line px-4 @lg:flex-nowrap @lg:px-5">
        <dl className="flex flex-wrap gap-x-6 gap-y-2 pb-3 text-sm text-quiet @lg:shrink-0 @lg:flex-nowrap">
          <Figure name="events" value={count(events)} />
          <Figure name="a second" value={rate < 10 ? rate.toFixed(1) : count(Math.round(rate))} />
        </dl>
        <RateChart rates={rates} className="mt-2 h-11 @lg:mt-0 @lg:h-14 lg:@lg:h-[4.5rem]" />
      </div>
      <section
        ref={scroller}
        {...listeners}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an element that scrolls has to be reachable by keyboard.
        tabIndex={0}
        aria-labelledby="received"
        className={`h-[60svh] [@media(scripting:none)]:h-auto overflow-y-auto pt-2 font-mono text-[0.78rem]/[1.3rem] -outline-offset-2! lg:h-auto lg:flex-1 xl:text-[0.8rem] ${halted ? "pb-16" : "pb-2"}`}
      >
        {dropped > 0 && (
          <p className="px-4 py-1.5 text-quiet @lg:px-5">
            {count(dropped)} earlier entries are no longer kept
          </p>
        )}
        {children}
        {entries.length === 0 && (
          <p className="needs-script px-4 py-1 text-quiet @lg:px-5">Nothing to show yet.</p>
        )}
        <ul id="msg">
          {entries.map((entry) => (
            <MessageRow key={entry.key} entry={entry} />
          ))}
        </ul>
      </section>
      {halted && (
        <div className="absolute inset-x-0 bottom-4 flex justify-center">
          <button
            type="button"
            className="button button-main shadow-lg"
            onClick={() => {
              stream.resume();
              jump();
              // The button disappears, so the focus has to move.
              scroller.current?.focus({ preventScroll: true });
            }}
          >
            {paused ? `Paused · ${count(held)} new` : "Jump to newest"}
          </button>
        </div>
      )}
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-col-reverse">
      <dt>{name}</dt>
      <dd className="text-3xl/9 font-semibold tracking-tight text-ink tabular-nums">{value}</dd>
    </div>
  );
}
