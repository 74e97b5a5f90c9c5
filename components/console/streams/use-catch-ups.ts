import { useState } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { CatchUps } from "./catch-ups.ts";

/** What the stream has caught up on, as far as its list tells. */
export function useCatchUps(entries: readonly Entry[], fromHistory: boolean): CatchUps {
  const [catchUps] = useState(() => new CatchUps(fromHistory));
  // Each entry is looked at once, so it may be done while rendering.
  catchUps.update(entries);
  return catchUps;
}
