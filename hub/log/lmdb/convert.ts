import { setImmediate as nextTurn } from "node:timers/promises";
import { readHead } from "../entry.ts";
import { type Lane, toPosition } from "../log.ts";
import { sizeOf } from "./size.ts";
import { type LaneState, readState, rowsOf, storeState } from "./state.ts";
import {
  beyond,
  FORMAT,
  FORMAT_OF_FRAMES,
  META,
  positionIn,
  positionKey,
  type Store,
} from "./tables.ts";

const ENTRIES_PER_TURN = 1_000;

/**
 * Converts a log of the previous format. Entries and indexes stay unchanged. The bytes of each lane are counted again, because the old
 * counts had frames only. Receipts stay until they are over their age, because both forms can be read.
 * @param token the token of our ownership
 */
export async function convertOldFormat(store: Store, token: number): Promise<void> {
  const record = JSON.parse(store.meta.get(META.log)?.toString() ?? "{}");
  if (record.format !== FORMAT_OF_FRAMES) return;
  const state = readState(store);
  const lanes = {
    updates: await counted(store, "updates", state.lanes.updates),
    subscriptions: await counted(store, "subscriptions", state.lanes.subscriptions),
  };
  await store.meta.ifVersion(META.owner, token, () => {
    void store.meta.put(META.state, storeState({ ...state, lanes }), 1);
    const raised = Buffer.from(JSON.stringify({ ...record, format: FORMAT }));
    void store.meta.put(META.log, raised, 1);
  });
}

async function counted(store: Store, lane: Lane, state: LaneState): Promise<LaneState> {
  let bytes = 0;
  let after = state.floor;
  for (let found = ENTRIES_PER_TURN; found === ENTRIES_PER_TURN; await nextTurn()) {
    found = 0;
    const range = { start: positionKey(beyond(after)), limit: ENTRIES_PER_TURN };
    for (const { key, value } of store.lanes[lane].entries.getRange(range)) {
      bytes += sizeOf({ stored: value.length, rows: rowsOf(lane, readHead(value)) });
      after = toPosition(positionIn(key));
      found += 1;
    }
  }
  return { ...state, bytes };
}
