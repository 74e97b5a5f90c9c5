import { type RefObject, useEffect, useRef, useState } from "react";

/** In pixels, at the usual text size: the height of the probe, `h-7`. */
const USUAL = 28;

/** Returns the height of a row, in pixels. It is measured on an element whose height is in `rem`, which grows with the reader's text. */
export function useRowHeight(): { probe: RefObject<HTMLDivElement | null>; rowHeight: number } {
  const probe = useRef<HTMLDivElement>(null);
  const [rowHeight, setRowHeight] = useState(USUAL);
  useEffect(() => {
    const element = probe.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setRowHeight(element.offsetHeight || USUAL));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { probe, rowHeight };
}
