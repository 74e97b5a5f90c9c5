import type { HubUrl } from "../../base/hub-url.ts";
import { type Component, compileComponent, type Tail } from "./pattern-component.ts";
import { COMPONENTS, parsePattern } from "./pattern-syntax.ts";

/** A compiled URL pattern. Source: Mercure, section URL Pattern; WHATWG URL Pattern. */
export interface Pattern {
  /** The beginning of the `topicKey` of every topic that matches. */
  readonly prefix: string;
  /** The text that may follow the prefix in a `topicKey`, if that alone decides; undefined: `matches` has to decide. */
  readonly tail: Tail | undefined;
  /** Returns whether the topic matches. A topic that is not a URL reference, or is too long for a complex pattern, does not match. */
  matches(topic: string): boolean;
  /** False only if no matching topic lies in the hub's own namespace. */
  readonly mayMatchReserved: boolean;
  /** The size of its automata, in instructions. 0: it is compared as text, which takes well under a microsecond. */
  readonly size: number;
}

type Compiled = { ok: true; pattern: Pattern } | { ok: false; problem: string };

/** The most wildcards and groups. Each takes microseconds to compile, and adds states to the automaton. */
const MAX_VARIABLES = 64;

/** The most characters that are not ASCII. The time to convert a host name to ASCII grows with the square of their number. */
const MAX_NON_ASCII = 1_000;

/** The most Unicode classes. JavaScript's own parser expands each of them, which takes up to a millisecond. */
const MAX_UNICODE_CLASSES = 4;

/** The largest size of all automata of a pattern together, in instructions. Larger ones take milliseconds to compile. */
const MAX_SIZE = 400;

/** The most instructions times characters for one match: a few milliseconds. [spec] Above it, the topic does not match. */
const MAX_WORK = 2 ** 15;

/** The most compiled patterns in the cache. Ten thousand connections with the same pattern share one. */
const KEPT = 1_000;
const kept = new Map<string, Compiled>();

/**
 * Compiles a URL pattern; a relative one is resolved against the hub's URL.
 * @returns `problem`, one line, if it is malformed, can't be matched in linear time, or is too complex
 */
export function compilePattern(source: string, hubUrl: HubUrl): Compiled {
  const key = `${hubUrl.href} ${source}`;
  const compiled = kept.get(key) ?? compile(source, hubUrl);
  // The most recently used pattern is last in the map, so the first one is evicted.
  kept.delete(key);
  kept.set(key, compiled);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return compiled;
}

function compile(source: string, hubUrl: HubUrl): Compiled {
  const refuse = (problem: string) => ({ ok: false, problem }) as const;
  const variables = source.replaceAll(/\\./gs, "").match(/[*({]|:[\p{ID_Start}$_]/gu)?.length ?? 0;
  if (variables > MAX_VARIABLES) {
    return refuse(`has ${variables} wildcards and groups: at most ${MAX_VARIABLES}`);
  }
  const nonAscii = source.match(/\P{ASCII}/gu)?.length ?? 0;
  if (nonAscii > MAX_NON_ASCII) {
    return refuse(`has ${nonAscii} characters that are not ASCII: at most ${MAX_NON_ASCII}`);
  }
  const unicodeClasses = source.match(/\\p\{/gi)?.length ?? 0;
  if (unicodeClasses > MAX_UNICODE_CLASSES) {
    return refuse(`has ${unicodeClasses} Unicode classes: at most ${MAX_UNICODE_CLASSES}`);
  }
  const parsed = parsePattern(source, hubUrl);
  if (!parsed.ok) return parsed;
  const checks: Check[] = [];
  let room = MAX_SIZE;
  for (const [index, expression] of parsed.expressions.entries()) {
    const compiled = compileComponent(expression, room);
    if (!compiled.ok) return refuse(`${compiled.problem} (in its ${COMPONENTS[index]})`);
    room -= compiled.component.size;
    if (!compiled.component.any) checks.push({ index, component: compiled.component });
  }
  const byName = (name: string) =>
    checks.find(({ index }) => COMPONENTS[index] === name)?.component ?? ANY;
  const path = byName("pathname");
  const place = [byName("protocol"), byName("hostname"), byName("port")] as const;
  const isPlace = place.every(({ tail }) => tail === "nothing");
  const others = checks.filter(({ component }) => ![...place, path].includes(component));
  // Cheap comparisons come first, and then the components that differ most between topics.
  checks.sort((a, b) => a.component.size - b.component.size || rank(a) - rank(b));
  return {
    ok: true,
    pattern: {
      prefix: prefixOf(...place, path),
      tail: isPlace && others.length === 0 ? path.tail : undefined,
      matches: (topic) => matches(checks, partsOf(topic, hubUrl)),
      mayMatchReserved: mayBeginReserved(path.prefix, hubUrl.path),
      size: MAX_SIZE - room,
    },
  };
}

type Beginning = Pick<Component, "prefix" | "tail">;

/** Stands for a component that has no check, because it matches any text. */
const ANY: Beginning = { prefix: "", tail: "anything" };

/** Returns the literal beginning of a pattern, in the form of a `topicKey`. */
function prefixOf(protocol: Beginning, host: Beginning, port: Beginning, path: Beginning): string {
  if (protocol.tail !== "nothing") return protocol.prefix;
  if (host.tail !== "nothing") return `${protocol.prefix}://${host.prefix}`;
  const place = `${protocol.prefix}://${host.prefix}:`;
  return port.tail === "nothing" ? `${place}${port.prefix}${path.prefix}` : place;
}

/**
 * Returns the protocol, host, port and path of a topic's URL as one text: without the port's number if it is the default, and
 * without query and fragment. It begins with the `prefix` of each pattern that matches the topic.
 * undefined: the topic is not a URL reference, and no pattern matches it.
 */
export function topicKey(topic: string, hubUrl: HubUrl): string | undefined {
  const parts = partsOf(topic, hubUrl);
  if (!parts) return undefined;
  const [protocol, , , hostname, port, pathname] = parts;
  return `${protocol}://${hostname}:${port}${pathname}`;
}

interface Check {
  /** The index in `COMPONENTS`. */
  readonly index: number;
  readonly component: Component;
}

const FIRST = ["hostname", "pathname"];
const rank = ({ index }: Check) => {
  const found = FIRST.indexOf(COMPONENTS[index] ?? "");
  return found < 0 ? FIRST.length : found;
};

function matches(checks: readonly Check[], parts: readonly string[] | undefined): boolean {
  if (!parts) return false;
  let work = 0;
  for (const { index, component } of checks) {
    const text = parts[index] ?? "";
    work += component.size * text.length;
    // [spec] A match that would cost too much is not begun, and the topic does not match.
    if (work > MAX_WORK || !component.matches(text)) return false;
  }
  return true;
}

/** The components of the topics that were parsed last. Each topic is compared with many patterns in a row. */
const parsed = new Map<string, readonly string[] | undefined>();
const MAX_PARSED = 256;
/** The base URL of the topics in `parsed`. */
let base: HubUrl | undefined;

function partsOf(topic: string, hubUrl: HubUrl): readonly string[] | undefined {
  if (base !== hubUrl || parsed.size >= MAX_PARSED) parsed.clear();
  base = hubUrl;
  const known = parsed.get(topic);
  if (known || parsed.has(topic)) return known;
  const url = hubUrl.resolve(topic);
  const parts = url && [
    url.protocol.slice(0, -1),
    url.username,
    url.password,
    url.hostname,
    url.port,
    url.pathname,
    url.search.slice(1),
    url.hash.slice(1),
  ];
  parsed.set(topic, parts);
  return parts;
}

/** Returns whether a path with this literal prefix can be the hub's path or lie below it. A percent sign may encode any character. */
function mayBeginReserved(prefix: string, reserved: string): boolean {
  const [literal = ""] = prefix.split("%");
  return reserved.startsWith(literal) || literal.startsWith(`${reserved}/`);
}
