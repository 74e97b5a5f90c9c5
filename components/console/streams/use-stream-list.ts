import { useCallback, useState } from "react";
import { consoleAddress, MOST_STREAMS } from "./address.ts";
import type { Subscription } from "./subscription.ts";

/** A stream on the page. */
export interface Shown {
  /** A stream with another request gets another key. */
  readonly key: number;
  readonly subscription: Subscription;
}

export interface StreamList {
  readonly shown: readonly Shown[];
  add(subscription: Subscription): void;
  replace(key: number, subscription: Subscription): void;
  remove(key: number): void;
}

/** Returns the streams on the page, and keeps them in its address: a reload or a shared link shows the same. */
export function useStreamList(first: readonly Subscription[]): StreamList {
  const [{ shown }, setState] = useState(() => ({
    shown: first.map((subscription, key): Shown => ({ key, subscription })),
    nextKey: first.length,
  }));

  const change = useCallback((to: (shown: readonly Shown[], key: number) => Shown[]) => {
    setState(({ shown, nextKey }) => {
      const changed = to(shown, nextKey).slice(0, MOST_STREAMS);
      const address = consoleAddress(changed.map(({ subscription }) => subscription));
      // The history is replaced, so that Back leads to the page before this one.
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
