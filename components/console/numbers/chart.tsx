import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { lonePoints } from "./lone-points.ts";

interface Props {
  /** The description for readers who cannot see the chart. */
  readonly label: string;
  /** The times in seconds since 1970, and the values of each line; null: the value is unknown. */
  readonly data: uPlot.AlignedData;
  /** The smallest value of the chart's top. */
  readonly floor: number;
  readonly className: string;
}

/** The lines' colours, by their names in the page's style sheet. */
const COLOURS = ["--water", "--wait"];
/** The shortest time that is shown, in seconds. */
const FIRST_S = 60;
const DASHES = [[], [4, 3]];

/** Shows lines over time; the newest value is on the right. The library is loaded with the first chart. */
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
    // The colours are read again for each drawing.
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
      // It grows after the first minute, so that a line is visible from its start.
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
            // A line needs two values: a value alone between two unknown ones is drawn as a point.
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
