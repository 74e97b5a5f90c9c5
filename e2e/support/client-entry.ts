import type { EventStreamOptions } from "../../client/base/options.ts";
import type { EventStream } from "../../client/base/snapshot.ts";
import { createEventStream } from "../../client/event-stream.ts";

/** As much of a store's options as an address can hold. */
export interface ClientOptions
  extends Omit<EventStreamOptions, "world" | "token" | "renew" | "schema" | "initial" | "reduce"> {
  /** Callbacks are functions of the page, by the names under which a test has exposed them. */
  readonly token?: string;
  readonly renew?: string;
  /** Keeps what it heard over reloads, and goes on from the last id of that. */
  readonly keeps?: boolean;
}

/** An event, as it was folded. */
export interface Heard {
  readonly id: string;
  readonly data: string;
}

/** What the page shows to tests. */
export interface ClientInPage {
  readonly stream: EventStream;
  readonly heard: readonly Heard[];
  /** Each status that was drawn, once for as long as it lasted. */
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
