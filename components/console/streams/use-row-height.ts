import { type RefObject, useEffect, useRef, useState } from "react";

/** In pixels, at text of the usual size: as high as the probe, `h-7`. */
const USUAL = 28;

/** How high a row is, in pixels: as high as an element of the same height in `rem`, which grows with the reader's text. */
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
