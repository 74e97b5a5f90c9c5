import type { Pick } from "./series.ts";
import {
  COUNT,
  KILOBYTES_PER_SECOND,
  MEGABYTES,
  MILLISECONDS,
  PER_SECOND,
  PERCENT,
  type Unit,
} from "./units.ts";

/** A line of a chart, and the value beside it. */
export interface Line {
  /** Empty: the chart's name suffices. */
  readonly name: string;
  readonly pick: Pick;
}

/** A chart and its values. */
export interface Panel {
  readonly name: string;
  readonly unit: Unit;
  /** At most two: the first is solid, the second is dashed. */
  readonly lines: readonly Line[];
  /** The smallest height of the chart, in the unit of the values, so that noise does not look like a peak. */
  readonly floor: number;
}

/** The most important chart. */
export const TRAFFIC: Panel = {
  name: "Traffic",
  unit: PER_SECOND,
  lines: [
    { name: "delivered", pick: ({ numbers, seconds }) => numbers.delivered / seconds },
    { name: "published", pick: ({ numbers, seconds }) => numbers.published / seconds },
  ],
  floor: 2,
};

export const PANELS: readonly Panel[] = [
  {
    name: "Connections",
    unit: COUNT,
    lines: [{ name: "", pick: ({ numbers }) => numbers.connections }],
    floor: 4,
  },
  {
    name: "Lagging readers",
    unit: COUNT,
    lines: [{ name: "", pick: ({ numbers }) => numbers.lagging }],
    floor: 4,
  },
  {
    name: "Delivery",
    unit: MILLISECONDS,
    lines: [
      { name: "p50", pick: ({ numbers }) => numbers.deliveryMs?.p50 ?? null },
      { name: "p99", pick: ({ numbers }) => numbers.deliveryMs?.p99 ?? null },
    ],
    floor: 1,
  },
  {
    name: "Log append",
    unit: MILLISECONDS,
    lines: [
      { name: "p50", pick: ({ numbers }) => numbers.appendMs?.p50 ?? null },
      { name: "p99", pick: ({ numbers }) => numbers.appendMs?.p99 ?? null },
    ],
    floor: 1,
  },
  {
    name: "Event loop",
    unit: MILLISECONDS,
    lines: [
      { name: "p50", pick: ({ numbers }) => numbers.loopDelayMs.p50 },
      { name: "p99", pick: ({ numbers }) => numbers.loopDelayMs.p99 },
    ],
    floor: 5,
  },
  {
    name: "CPU",
    unit: PERCENT,
    lines: [{ name: "", pick: ({ numbers }) => numbers.cpu }],
    floor: 0.2,
  },
  {
    name: "Memory",
    unit: MEGABYTES,
    lines: [
      { name: "in all", pick: ({ numbers }) => numbers.rssBytes },
      { name: "heap", pick: ({ numbers }) => numbers.heapBytes },
    ],
    floor: 1e6,
  },
  {
    name: "Written",
    unit: KILOBYTES_PER_SECOND,
    lines: [{ name: "", pick: ({ numbers, seconds }) => numbers.bytes / seconds }],
    floor: 1e3,
  },
];
