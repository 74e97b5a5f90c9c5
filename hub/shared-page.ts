import type { Reader } from "./auth/reader.ts";
import { type Chunk, join, NOTHING } from "./encode.ts";
import type { Entry, Position } from "./log/types.ts";

/**
 * A stretch of the log as one audience reads it. What is public is joined once for all its readers; with something private in it,
 * once for each kind of reader.
 */
export class SharedPage {
  /** It holds what comes after this. */
  readonly from: Position;
  readonly to: Position;
  /** Where its first entry is: whoever stands before it can begin here. `to`, if it has none. */
  readonly first: Position;
  readonly bytes: number;
  readonly #entries: readonly Entry[];
  readonly #private: boolean;
  #public: Chunk | undefined;
  readonly #byReader = new Map<string, Chunk>();

  constructor(from: Position, entries: readonly Entry[], to: Position) {
    this.from = from;
    this.to = to;
    this.#entries = entries;
    this.first = entries[0]?.position ?? to;
    this.#private = entries.some((entry) => entry.private);
    this.bytes = entries.reduce((sum, { frame }) => sum + frame.bytes.length, 0);
  }

  /** All of it that the reader may see, in one buffer; `NOTHING` if that is none. */
  chunkFor(reader: Reader): Chunk {
    if (!this.#private) {
      this.#public ??= joined(this.#entries);
      return this.#public;
    }
    let chunk = this.#byReader.get(reader.grantsKey);
    if (chunk === undefined) {
      const visible = (entry: Entry) => !entry.private || reader.mayRead(entry.topics);
      chunk = joined(this.#entries.filter(visible));
      this.#byReader.set(reader.grantsKey, chunk);
    }
    return chunk;
  }
}

function joined(entries: readonly Entry[]): Chunk {
  const [first, ...others] = entries.map(({ frame }) => frame);
  return first === undefined ? NOTHING : join([first, ...others]);
}
