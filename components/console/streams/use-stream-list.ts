import { useCallback, useState } from "react";
import { consoleAddress, MOST_STREAMS } from "./address.ts";
import type { Subscription } from "./subscription.ts";

/** A stream on the page. */
export interface Shown {
  /** A stream that asks for something else is another one. */
  readonly key: number;
  readonly subscription: Subscription;
}

export interface StreamList {
  readonly shown: readonly Shown[];
  add(subscription: Subscription): void;
  replace(key: number, subscription: Subscription): void;
  remove(key: number): void;
}

/** The streams on the page, which its address has too: a reload and a shared link show the same. */
export function useStreamList(first: readonly Subscription[]): StreamList {
  const [{ shown }, setState] = useState(() => ({
    shown: first.map((subscription, key): Shown => ({ key, subscription })),
    nextKey: first.length,
  }));

  const change = useCallback((to: (shown: readonly Shown[], key: number) => Shown[]) => {
    setState(({ shown, nextKey }) => {
      const changed = to(shown, nextKey).slice(0, MOST_STREAMS);
      const address = consoleAddress(changed.map(({ subscription }) => subscription));
      // Not in the history: Back leads to where one came from.
      queueMicrotask(() => history.replaceState(history.state, "", address));
      return { shown: changed, nextKey: nextKey + 1 };
    });
  }, []);

  return {
    shown,
    add: (subscription) => change((all, key) => [...all, { key, subscription }]),
    replace: (old, subscription) =>
      change((all, key) => all.map((each) => (each.key === old ? { key, subscription } : each))),
    remove: (old) => change((all) => all.filter(({ key }) => key !== old)),
  };
}
