import type { EventStreamOptions } from "../../client/base/options.ts";
import type { EventStream } from "../../client/base/snapshot.ts";
import { createEventStream } from "../../client/event-stream.ts";

/** The options of a store that fit into an address. */
export interface ClientOptions
  extends Omit<EventStreamOptions, "world" | "token" | "renew" | "schema" | "initial" | "reduce"> {
  /** The names of the callbacks. A test exposes functions to the page under these names. */
  readonly token?: string;
  readonly renew?: string;
  /** Keeps the received events over reloads, and resumes after the last id of them. */
  readonly keeps?: boolean;
}

/** An event, as the store has folded it. */
export interface Heard {
  readonly id: string;
  readonly data: string;
}

/** The values that the page shows to tests. */
export interface ClientInPage {
  readonly stream: EventStream;
  readonly heard: readonly Heard[];
  /** Each status that was drawn. A status that stays is listed once. */
  readonly states: readonly string[];
}

declare global {
  var client: ClientInPage;
}

const KEPT = "heard";

function callback(name: string | undefined): (() => Promise<string>) | undefined {
  if (name === undefined) return undefined;
  return () => Reflect.get(globalThis, name)();
}

function open({ token, renew, keeps, ...options }: ClientOptions): ClientInPage {
  const heard: Heard[] = keeps ? JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") : [];
  const last = heard.at(-1)?.id;
  const stream = createEventStream({
    ...options,
    initial: 0,
    reduce(count: number, { id, data }) {
      heard.push({ id, data });
      return count + 1;
    },
    ...(last === undefined ? {} : { lastEventId: last }),
    ...(token === undefined ? {} : { token: callback(token) }),
    ...(renew === undefined ? {} : { renew: callback(renew) }),
  });
  const states: string[] = [stream.getSnapshot().status.state];
  stream.subscribe(() => {
    const { status } = stream.getSnapshot();
    if (keeps) sessionStorage.setItem(KEPT, JSON.stringify(heard));
    if (status.state !== states.at(-1)) states.push(status.state);
  });
  return { stream, heard, states };
}

const asked = new URL(location.href).searchParams.get("options");
if (asked !== null) globalThis.client = open(JSON.parse(asked));
