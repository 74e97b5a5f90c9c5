import { useCallback, useEffect, useState } from "react";
import type { HubInfo } from "../lib/hub-info.ts";
import { type FetchedList, fetchList } from "./fetch-list.ts";

/** The wait before a list is requested again after a failure, in milliseconds. */
const AGAIN_MS = 3_000;

interface Answer {
  readonly list: FetchedList;
  /** The number of the list, from 0. */
  readonly number: number;
}

/** Returns the latest list; undefined: the first one is being requested. */
export function useList(
  { path }: HubInfo,
  token: string | undefined,
): { answer: Answer | undefined; reload: () => void } {
  const [answer, setAnswer] = useState<Answer>();
  const [number, setNumber] = useState(0);
  const reload = useCallback(() => setNumber((before) => before + 1), []);

  useEffect(() => {
    const leaving = new AbortController();
    fetchList({ path }, token, leaving.signal).then(
      (list) => setAnswer({ list, number }),
      () => {
        // The list is not needed any more.
      },
    );
    return () => leaving.abort();
  }, [path, token, number]);

  useEffect(() => {
    if (answer?.list.kind !== "failed") return;
    const timer = setTimeout(reload, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [answer, reload]);

  return { answer, reload };
}
