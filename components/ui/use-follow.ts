import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Intent, useScrollIntent } from "./use-scroll-intent.ts";

/** A distance to the end, in pixels, that still counts as the end. */
const NEAR = 32;

interface Follow {
  scroller: RefObject<HTMLDivElement | null>;
  following: boolean;
  jump: () => void;
  /** Listeners for the scrolling element. */
  listeners: ReturnType<typeof useScrollIntent> & { onScroll: () => void };
}

/**
 * Keeps a scrolling element at its end as `content` changes. It stops when the reader wants to go up, and starts again when the reader has
 * reached the end. It uses the reader's intent, and not the position: a fast stream moves the list to its end in the next frame, before the
 * first step up has any effect.
 */
export function useFollow(content: unknown): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const last = useRef({ top: 0, height: 0 });
  /** Rows that are higher than assumed move the list down too. That MUST NOT make a reader who goes up follow again. */
  const intent = useRef<Intent>("down");
  // Beside the state, since a frame of the stream may be rendered before the state changes.
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
    // It moved up without an intent: the browser's search has found something, for example.
    const up = scrollTop < top - 1 && scrollHeight >= height;
    if (up && !isAtEnd(element)) follow(false);
    if (scrollTop > top && isAtEnd(element) && intent.current !== "up") follow(true);
  };

  const listeners = useScrollIntent((to) => {
    const element = scroller.current;
    // A list that fits cannot be scrolled.
    if (!element || element.scrollHeight <= element.clientHeight) return;
    intent.current = to;
    // The end moves on while the browser scrolls to it.
    if (to === "end") jump();
    else if (to !== "down") follow(false);
    else if (isAtEnd(element)) follow(true);
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content moves the end.
  useLayoutEffect(() => {
    if (follows.current) toEnd();
  }, [content, following, toEnd]);

  // Rows get their real heights when they come into sight, and new ones when the text gets larger. Both move the end.
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
