import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { lonePoints } from "./lone-points.ts";

interface Props {
  /** What it says, for those who don't see it. */
  readonly label: string;
  /** The times in seconds since 1970, and the values of each line; null: nothing is known. */
  readonly data: uPlot.AlignedData;
  /** The least that the top of the chart stands for. */
  readonly floor: number;
  readonly className: string;
}

/** The lines' colours, by the names that the page's style sheet has. */
const COLOURS = ["--water", "--wait"];
/** In seconds: the least that is shown. */
const FIRST_S = 60;
const DASHES = [[], [4, 3]];

/** Lines over time; the newest is on the right. The library comes when the first chart does. */
export function Chart({ label, data, floor, className }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(data);

  useEffect(() => {
    newest.current = data;
    plot.current?.setData(data);
  }, [data]);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let left = false;
    const resized = new ResizeObserver(() => plot.current?.setSize(sizeOf(element)));
    // The colours are read at each drawing.
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => plot.current?.redraw(false);
    import("uplot").then(({ default: UPlot }) => {
      if (left) return;
      const lines = newest.current.length - 1;
      plot.current = new UPlot(optionsOf(element, lines, floor), newest.current, element);
      resized.observe(element);
      dark.addEventListener("change", recolour);
    });
    return () => {
      left = true;
      resized.disconnect();
      dark.removeEventListener("change", recolour);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [floor]);

  return <div ref={host} role="img" aria-label={label} className={className} />;
}

function optionsOf(element: HTMLElement, lines: number, floor: number): uPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name);
  return {
    ...sizeOf(element),
    padding: [2, 2, 1, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      // From a minute on it grows: a line that has just begun is to be seen.
      x: { range: (_, min, max) => [Math.min(min, max - FIRST_S), max] },
      y: { range: (_, __, max) => [0, Math.max(max ?? 0, floor) * 1.05] },
    },
    series: [
      {},
      ...Array.from({ length: lines }, (_, index): uPlot.Series => {
        const name = COLOURS[index] ?? "--quiet";
        return {
          stroke: () => colour(name),
          width: 1.5,
          dash: DASHES[index] ?? [],
          points: {
            show: true,
            size: 3.5,
            width: 0,
            fill: () => colour(name),
            // A line needs two: what was measured between two seconds of nothing is a point.
            filter: (self, series) => lonePoints(self.data[series] ?? []),
          },
          ...(index === 0 ? { fill: () => colour("--wash") } : {}),
        };
      }),
    ],
  };
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight };
}
