import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Intent, useScrollIntent } from "./use-scroll-intent.ts";

/** This near to the end, in pixels, counts as being there. */
const NEAR = 32;

interface Follow {
  scroller: RefObject<HTMLDivElement | null>;
  following: boolean;
  jump: () => void;
  /** For the scrolling element. */
  listeners: ReturnType<typeof useScrollIntent> & { onScroll: () => void };
}

/**
 * Keeps a scrolling element at its end as `content` changes, until the reader means to go up, and again once the reader
 * has come down to the end. The intent counts, not what came of it: a fast stream brings the end back in the next frame,
 * long before the first step up has got anywhere.
 */
export function useFollow(content: unknown): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const last = useRef({ top: 0, height: 0 });
  /** Rows that turn out higher than they were guessed move the list down, too: that brings nobody back who goes up. */
  const intent = useRef<Intent>("down");
  // Beside the state, which a frame of the stream may be drawn ahead of.
  const follows = useRef(true);
  const [following, setFollowing] = useState(true);

  const follow = useCallback((on: boolean) => {
    follows.current = on;
    setFollowing(on);
  }, []);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    last.current = { top: element.scrollTop, height: element.scrollHeight };
  }, []);

  const jump = useCallback(() => {
    intent.current = "down";
    follow(true);
    toEnd();
  }, [follow, toEnd]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const { top, height } = last.current;
    const { scrollTop, scrollHeight } = element;
    last.current = { top: scrollTop, height: scrollHeight };
    // Up, with no intent seen: the browser's search has found something, say.
    const up = scrollTop < top - 1 && scrollHeight >= height;
    if (up && !isAtEnd(element)) follow(false);
    if (scrollTop > top && isAtEnd(element) && intent.current !== "up") follow(true);
  };

  const listeners = useScrollIntent((to) => {
    const element = scroller.current;
    // A list that fits has nowhere to go.
    if (!element || element.scrollHeight <= element.clientHeight) return;
    intent.current = to;
    // The end moves on while the browser is on its way there.
    if (to === "end") jump();
    else if (to !== "down") follow(false);
    else if (isAtEnd(element)) follow(true);
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the content that moves the end.
  useLayoutEffect(() => {
    if (follows.current) toEnd();
  }, [content, following, toEnd]);

  // Rows get their own heights when they come into sight, and others when the text gets larger: that moves the end, too.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (follows.current) toEnd();
    });
    for (const element of [scroller.current, ...(scroller.current?.children ?? [])])
      if (element) observer.observe(element);
    return () => observer.disconnect();
  }, [toEnd]);

  return { scroller, following, jump, listeners: { ...listeners, onScroll } };
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR;
}
