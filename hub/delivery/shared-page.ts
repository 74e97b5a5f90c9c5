import type { Reader } from "../auth/reader.ts";
import type { Entry, Floors, Position } from "../log/log.ts";
import type { Step } from "../streams/connection.ts";
import { type Chunk, join, NOTHING } from "../wire/encode.ts";

/** Of what is made for different readers; their bytes together are no more than the page's, or one version's. */
const MAX_VERSIONS = 16;
/** Readers whose version is remembered. */
const MAX_READERS = 1_000;
/** What a page takes beside its entries, in bytes. */
const OVERHEAD = 256;

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
  /** What it takes in memory, roughly. */
  readonly bytes: number;
  /** What was kept when it was read. */
  readonly floors: Floors;
  readonly #entries: readonly Entry[];
  readonly #private: boolean;
  #public: Step | undefined;
  readonly #byReader = new Map<string, Step>();
  /** By the private entries on it, for readers whose grants differ but not in these. */
  readonly #byPrivate = new Map<string, Step>();
  /** Of the versions in `#byPrivate`. */
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

  /** All of it that the reader may see, in one buffer for all who may see the same; `NOTHING` if that is none. */
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
    // A thousand readers of a thousand secrets share nothing: what is kept for them is bounded.
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
