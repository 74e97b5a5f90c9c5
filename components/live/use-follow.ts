import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/** This near to the end, in pixels, counts as being there. */
const NEAR = 32;

/**
 * Keeps a scrolling element at its end as `content` changes, for as long as the reader is there.
 * Only the reader's own scrolling up lets go: rows that turn out higher than they were guessed don't.
 */
export function useFollow(content: unknown): {
  scroller: RefObject<HTMLDivElement | null>;
  following: boolean;
  onScroll: () => void;
  jump: () => void;
} {
  const scroller = useRef<HTMLDivElement>(null);
  const last = useRef({ top: 0, height: 0 });
  const [following, setFollowing] = useState(true);

  const jump = useCallback(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
    setFollowing(true);
  }, []);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const up = scrollTop < last.current.top - 1 && scrollHeight >= last.current.height;
    last.current = { top: scrollTop, height: scrollHeight };
    if (scrollHeight - scrollTop - clientHeight < NEAR) setFollowing(true);
    else if (up) setFollowing(false);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the content that moves the end.
  useLayoutEffect(() => {
    if (following) jump();
  }, [content, following, jump]);

  return { scroller, following, onScroll, jump };
}
