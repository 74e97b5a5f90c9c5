import { expect, test } from "vitest";
import { faultsOf, report } from "./report.mjs";

const honest = {
  ...{ acknowledged: 100, received: 100, lost: 0, doubled: 0 },
  ...{ gaps: 0, silences: 0, reconnects: 3, repeated: 10, unlike: 0, refused: [] },
  answered: { p50: 2, p99: 20, max: 3000 },
};
const MIB = 1024 * 1024;
const sound = {
  name: "Runnel",
  honest,
  rss: { start: 100 * MIB, peak: 200 * MIB, end: 110 * MIB },
  files: { start: 30, peak: 500, end: 31 },
  ...{ disk: 110 * MIB, maxBytes: 100 * MIB },
  ...{ longestTurn: 12, streamsLeft: 0, kills: 2, deploys: 2, deaths: 0, failedStarts: 0 },
  ...{ badExits: 0, forgedLines: 0, overstays: { ended: 5, over: 0 } },
};

test("a hub that kept its promises has no faults", () => {
  expect(faultsOf(sound)).toEqual([]);
  expect(report([sound], { minutes: 1, limits: [] })).toContain("Runnel: all as promised.");
});

test.each([
  ["an update is lost", { honest: { ...honest, lost: 1 } }],
  ["an update came twice", { honest: { ...honest, doubled: 1 } }],
  ["a repeated request got another answer", { honest: { ...honest, unlike: 1 } }],
  ["the disk has a quarter more than the bound", { disk: 125 * MIB }],
  ["a stream is left", { streamsLeft: 1 }],
  ["files are left open", { files: { start: 30, peak: 500, end: 80 } }],
  ["a stalled reader outlives its token", { overstays: { ended: 5, over: 1 } }],
  ["the log has a stranger's line", { forgedLines: 1 }],
  ["the process died by itself", { deaths: 1 }],
])("the soak reports a fault when %s", (_name, change) => {
  expect(faultsOf({ ...sound, ...change })).toHaveLength(1);
});
