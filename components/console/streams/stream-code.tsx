import type { Entry } from "../../../client/base/snapshot.ts";
import { CodeBox } from "../code/code-box.tsx";
import type { HubInfo } from "../lib/hub-info.ts";
import { subscribeCode } from "./subscribe-code.ts";
import type { Subscription } from "./subscription.ts";

/** How many of the newest entries are read for their types, and the most types in the code. */
const LOOKED_AT = 1_000;
const MOST_TYPES = 10;

interface Props {
  readonly hub: HubInfo;
  readonly subscription: Subscription;
  readonly entries: readonly Entry[];
  readonly withToken: boolean;
}

/** Shows the code that gets the same events as this stream, with their types. */
export function StreamCode({ hub, subscription, entries, withToken }: Props) {
  const types = new Set<string>();
  for (const { kind, type } of entries.slice(-LOOKED_AT)) {
    if (kind === "message" && type !== undefined && types.size < MOST_TYPES) types.add(type);
  }
  return (
    <div className="border-b border-line p-3">
      <CodeBox
        label="Code for this stream"
        snippets={subscribeCode({ hub, subscription, types: [...types], withToken })}
      />
    </div>
  );
}
