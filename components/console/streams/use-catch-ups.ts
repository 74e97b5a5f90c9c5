import { useState } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { CatchUps } from "./catch-ups.ts";

/** Returns the catch-ups of a stream, as far as its list shows them. */
export function useCatchUps(entries: readonly Entry[], fromHistory: boolean): CatchUps {
  const [catchUps] = useState(() => new CatchUps(fromHistory));
  // Each entry is read only once, so this may be done while rendering.
  catchUps.update(entries);
  return catchUps;
}
