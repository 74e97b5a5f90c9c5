import { describeLog } from "../testing/log-contract/contract.ts";
import { MemoryLog } from "./memory.ts";

describeLog("memory", {
  isDurable: false,
  open: async ({ retention, timers }) => new MemoryLog({ retention, timers }),
});
