import { useEffect, useRef, useState } from "react";
import type { UpdateFields } from "./draft.ts";
import { type Answer, type Progress, publishBurst, publishOne } from "./publish-request.ts";

export type PublishState =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly count: number; readonly progress: Progress }
  | {
      readonly kind: "done";
      readonly answer: Answer;
      readonly count: number;
      /** How many updates were published. */
      readonly published: number;
    };

/** Publishes one request at a time, and reports its progress. */
export function usePublisher(path: string, token: string | undefined) {
  const [state, setState] = useState<PublishState>({ kind: "idle" });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const publish = async (fields: UpdateFields, count: number) => {
    const abort = new AbortController();
    running.current = abort;
    const publisher = {
      path,
      token,
      fetch: fetch.bind(globalThis),
      elapsed: () => performance.now(),
    };
    let published = 0;
    setState({ kind: "running", count, progress: { published, ms: 0 } });
    const answer =
      count > 1
        ? await publishBurst(publisher, { fields, count, signal: abort.signal }, (progress) => {
            published = progress.published;
            setState({ kind: "running", count, progress });
          })
        : await publishOne(publisher, fields);
    if (answer.ok) published = answer.ids.length;
    setState({ kind: "done", answer, count, published });
  };

  return { state, publish, stop: () => running.current?.abort() };
}
