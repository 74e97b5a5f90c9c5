import { describeLog } from "./contract.ts";
import { openLmdbLog } from "./lmdb.ts";

describeLog("lmdb", {
  isDurable: true,
  open: (options) => openLmdbLog({ ...options, waitForOwnerMs: 0 }),
});
