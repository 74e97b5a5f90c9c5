import {
  type Appended,
  type Entry,
  LANES,
  type Lane,
  type Log,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type Retention,
  START,
  type SubscriptionEvent,
  type SubscriptionsAppend,
} from "../log/log.ts";
import type { Matcher } from "../topics/matcher.ts";
import { parseTopic, type Topic } from "../topics/topic.ts";
import type { Update } from "../topics/update.ts";

/** Bounds that no test reaches. */
export const ROOMY: Retention = { maxUpdates: 100_000, maxBytes: 2 ** 30, maxAgeMs: 0 };

export function topic(raw: string): Topic {
  const parsed = parseTopic(raw);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.topic;
}

export function update(
  topics: string | readonly [string, ...string[]],
  data = "",
  rest: Partial<Omit<Update, "topics" | "data">> = {},
): Update {
  const [first, ...others] = typeof topics === "string" ? ([topics] as const) : topics;
  return { topics: [topic(first), ...others.map(topic)], data, private: false, ...rest };
}

const letters = (index: number, length: number): string =>
  `${(index * 2_654_435_761) % 4_294_967_296}-`.padEnd(length, "x");

const topicsOf = (index: number, length: number): [string, ...string[]] => [
  "shared",
  ...Array.from({ length: 99 }, (_, each) => letters(index * 100 + each, length)),
];

/** The kinds of updates that publishers can send to fill a log. */
export const SHAPES = {
  "tiny updates": () => update("a"),
  "tiny updates with a topic each": (index) => update(letters(index, 20)),
  "updates of 1,000 bytes": () => update("a", "x".repeat(1_000)),
  "updates of 50,000 bytes": () => update("a", "x".repeat(50_000)),
  "many topics": (index) => update(topicsOf(index, 20)),
  "many long topics": (index) => update(topicsOf(index, 2_048)),
  "updates with long ids": (index) => update("a", "", { id: letters(index, 512) }),
} satisfies Record<string, (index: number) => Update>;

/** Returns the number of characters of an update. */
export const textBytes = ({ topics, data, id = "" }: Update): number =>
  topics.join("").length + data.length + id.length;

export const exact = (match: string): Matcher => ({
  type: "exact",
  match,
  key: `exact:${match}`,
  kind: "exact",
  matches: (other) => other === match,
  mayMatch: (other) => other === match,
  prefix: "",
  tail: undefined,
  mayMatchReserved: false,
  cost: 0,
});

export const EVERYTHING: Matcher = {
  type: "exact",
  match: "*",
  key: "*",
  kind: "any",
  matches: () => true,
  mayMatch: () => true,
  prefix: "",
  tail: undefined,
  mayMatchReserved: true,
  cost: 0,
};

export const startingWith = (prefix: string): Matcher => ({
  type: "urlpattern",
  match: prefix,
  key: `urlpattern:${prefix}`,
  kind: "pattern",
  matches: (other) => other.startsWith(prefix),
  mayMatch: (other) => other.startsWith(prefix),
  prefix: "",
  tail: undefined,
  mayMatchReserved: false,
  cost: 0,
});

const decoder = new TextDecoder();
export const textOf = ({ frame }: Entry): string => decoder.decode(frame.bytes);
export const dataOf = (entry: Entry): string => /^data:(.*)$/m.exec(textOf(entry))?.[1] ?? "";

export function idsOf(appended: Appended): readonly string[] {
  if (appended.outcome === "conflict") throw new Error("a conflict has no ids");
  return appended.ids;
}

/** Makes the event of a subscription that began or ended. */
export const event = (name: string, document = '{"active":true}'): SubscriptionEvent => ({
  topic: topic(`/.well-known/mercure/subscriptions/${name}`),
  document,
});

export const appendEvents = (
  log: Log,
  events: readonly SubscriptionEvent[],
  rest: Pick<SubscriptionsAppend, "volatile" | "active"> = {},
): Promise<Appended> => log.append({ lane: "subscriptions", events, ...rest });

export const append = (log: Log, ...updates: readonly Update[]): Promise<Appended> =>
  log.append({ lane: "updates", updates });

export interface ReadOptions {
  readonly after?: Position;
  readonly matchers?: readonly Matcher[];
  readonly lanes?: readonly Lane[];
  readonly maxBytes?: number;
}

export const readPage = (log: Log, options: ReadOptions = {}): Promise<Page> =>
  log.read({ after: START, matchers: [EVERYTHING], lanes: LANES, maxBytes: 65_536, ...options });

/** Reads all pages, to the end. */
export async function readAll(log: Log, options: ReadOptions = {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after = options.after ?? START;
  for (;;) {
    const page = await readPage(log, { ...options, after });
    entries.push(...page.entries);
    if (page.to >= log.last) return entries;
    if (page.to <= after) throw new Error(`a page after ${after} goes to ${page.to}`);
    after = page.to;
  }
}

export const readBackPage = (log: Log, options: Partial<ReadBackRequest> = {}): Promise<PageBack> =>
  log.readBack({
    upTo: log.last,
    matchers: [EVERYTHING],
    most: 1_000_000,
    maxBytes: 2 ** 30,
    ...options,
  });

/** Reads all pages backwards, to the floor. The newest entry is first. */
export async function readAllBack(
  log: Log,
  options: Partial<ReadBackRequest> = {},
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let upTo = options.upTo ?? log.last;
  for (;;) {
    const page = await readBackPage(log, { ...options, upTo });
    entries.push(...page.entries);
    if (page.isFull || page.from <= log.floor("updates")) return entries;
    if (page.from >= upTo) throw new Error(`a page from ${upTo} comes back to ${page.from}`);
    upTo = page.from;
  }
}
