import type { Reader } from "../auth/reader.ts";
import type { Entry, Floors, Position } from "../log/log.ts";
import type { Step } from "../streams/connection.ts";
import { type Chunk, join, NOTHING } from "../wire/encode.ts";

/** The most versions that are kept for different readers. Together they have no more bytes than the page, or than one version. */
const MAX_VERSIONS = 16;
/** The most readers whose version is kept. */
const MAX_READERS = 1_000;
/** The memory of a page without its entries, in bytes. */
const OVERHEAD = 256;

/**
 * A page of the log for one audience. A public page is joined once for all its readers. A page with private entries is joined once
 * for each set of readers that may see the same entries.
 */
export class SharedPage {
  /** The page holds the entries after this position. */
  readonly from: Position;
  readonly to: Position;
  /** The position of its first entry; `to` if it has none. A reader at any position between `from` and this one can use the page. */
  readonly first: Position;
  /** The approximate memory of the page. */
  readonly bytes: number;
  /** The floors of the log when the page was read. */
  readonly floors: Floors;
  readonly #entries: readonly Entry[];
  readonly #private: boolean;
  #public: Step | undefined;
  readonly #byReader = new Map<string, Step>();
  /** Versions by the private entries on them: readers with different grants may see the same entries. */
  readonly #byPrivate = new Map<string, Step>();
  /** The bytes of the versions in `#byPrivate`. */
  #versionBytes = 0;

  constructor(from: Position, entries: readonly Entry[], to: Position, floors: Floors) {
    this.floors = floors;
    this.from = from;
    this.to = to;
    this.#entries = entries;
    this.first = entries[0]?.position ?? to;
    this.#private = entries.some((entry) => entry.private);
    this.bytes = entries.reduce((sum, { weight }) => sum + weight, OVERHEAD);
  }

  /** Returns the entries that the reader may see, in one buffer shared by readers that see the same; `NOTHING` if there are none. */
  stepFor(reader: Reader): Step {
    if (!this.#private) {
      this.#public ??= { chunk: joined(this.#entries), to: this.to };
      return this.#public;
    }
    let step = this.#byReader.get(reader.grantsKey);
    if (step === undefined) {
      step = this.#make(reader);
      if (this.#byReader.size >= MAX_READERS) this.#byReader.clear();
      this.#byReader.set(reader.grantsKey, step);
    }
    return step;
  }

  #make(reader: Reader): Step {
    const visible = this.#entries.filter((entry) => !entry.private || reader.mayRead(entry.topics));
    const key = visible.flatMap((entry) => (entry.private ? entry.position : [])).join();
    const same = this.#byPrivate.get(key);
    if (same) return same;
    const step = { chunk: joined(visible), to: this.to };
    this.#versionBytes += step.chunk.bytes.length;
    // A thousand readers of a thousand private topics share no version: so the memory of versions is bounded.
    if (this.#byPrivate.size >= MAX_VERSIONS || this.#versionBytes > this.bytes) {
      this.#byPrivate.clear();
      this.#byReader.clear();
      this.#versionBytes = step.chunk.bytes.length;
    }
    this.#byPrivate.set(key, step);
    return step;
  }
}

function joined(entries: readonly Entry[]): Chunk {
  const [first, ...others] = entries.map(({ frame }) => frame);
  return first === undefined ? NOTHING : join([first, ...others]);
}
