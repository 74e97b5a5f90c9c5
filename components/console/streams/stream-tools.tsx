import type { EventStream, Snapshot } from "../../../client/base/snapshot.ts";
import { download } from "./download.ts";
import type { FilteredEntries } from "./filtered-entries.ts";
import { ndjson } from "./ndjson.ts";

interface Props {
  readonly stream: EventStream;
  readonly now: Snapshot;
  readonly filtered: FilteredEntries;
  /** The filter has read all entries. */
  readonly complete: boolean;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

/** Shows the controls of the list. */
export function StreamTools({ stream, now, filtered, complete, query, onQuery }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <label className="relative min-w-0 grow basis-36">
        <span className="sr-only">Filter</span>
        <input
          type="search"
          className="field min-h-8! text-[0.8rem]!"
          placeholder="Filter by type, id or data"
          value={query}
          onChange={({ target }) => onQuery(target.value)}
          spellCheck={false}
          autoComplete="off"
        />
      </label>
      {query !== "" && (
        <span className="text-[0.8rem] text-quiet tabular-nums">
          {filtered.length.toLocaleString("en")} found{complete ? "" : " so far"}
        </span>
      )}
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          className="button button-small"
          onClick={now.paused ? stream.resume : stream.pause}
        >
          {now.paused ? "Resume" : "Pause"}
        </button>
        <button type="button" className="button button-small" onClick={stream.clear}>
          Clear
        </button>
        <button
          type="button"
          className="button button-small"
          aria-disabled={!complete}
          onClick={() => complete && download("events.ndjson", ndjson(filtered.toArray()))}
        >
          Download
        </button>
      </div>
    </div>
  );
}
