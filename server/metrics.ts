import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Hub } from "../hub/hub.ts";
import type { Meter } from "../hub/stats/meter.ts";

const SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

export interface Metrics {
  readonly meter: Meter;
  /** Returns the metrics in Prometheus' text format. */
  text(): Promise<string>;
  /** The media type of the text. */
  readonly contentType: string;
  /** Adds the hub's own sums to the metrics. Until then the text lacks them. */
  watch(hub: Hub): void;
}

/** Creates the metrics for operators. Each process has its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const published = new Counter({
    name: "runnel_updates_published_total",
    help: "Updates that were acknowledged to their publishers",
    registers,
  });
  const appendSeconds = new Histogram({
    name: "runnel_append_seconds",
    help: "From an append to its acknowledgement by the log",
    buckets: SECONDS,
    registers,
  });
  const deliverySeconds = new Histogram({
    name: "runnel_delivery_seconds",
    help: "From the beginning of a commit to the write to its last live reader",
    buckets: SECONDS,
    registers,
  });
  const refused = new Counter({
    name: "runnel_refused_total",
    help: "Requests that were refused",
    labelNames: ["reason"],
    registers,
  });
  return {
    meter: {
      appended(ms, updates) {
        published.inc(updates);
        appendSeconds.observe(ms / 1000);
      },
      delivered: (ms) => deliverySeconds.observe(ms / 1000),
      refused: (reason) => refused.inc({ reason: reason.replaceAll(" ", "-") }),
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
    watch: (hub) => watch(hub, registers),
  };
}

/** Registers the sums that the hub itself counts. They are read only at a request for the metrics, so no update is counted twice. */
function watch(hub: Hub, registers: Registry[]): void {
  const gauges: [name: string, help: string, value: () => number][] = [
    ["connections", "Streams open now", () => hub.connections.size],
    ["audiences", "Different sets of matchers that are listened with now", () => hub.audiences],
    ["lagging", "Streams whose reader is too slow now", () => hub.connections.lagging],
    ["subscriptions", "Active subscriptions", () => hub.subscriptions.size],
  ];
  for (const [name, help, value] of gauges) {
    new Gauge({
      name: `runnel_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }
  const counters: [name: string, help: string, value: () => number][] = [
    ["events_delivered", "Events written to streams", () => hub.traffic.events],
    ["bytes_delivered", "Bytes written to streams", () => hub.traffic.bytes],
    [
      "events_replayed",
      "Of the events, those written to who had missed them",
      () => hub.traffic.replayed,
    ],
    ["lagged", "How often a stream's reader was too slow", () => hub.traffic.lagged],
    ["gaps", "How often a reader was told that history has a gap", () => hub.traffic.gaps],
  ];
  for (const [name, help, value] of counters) {
    new Counter({
      name: `runnel_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }
}
