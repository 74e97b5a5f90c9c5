import type { HubInfo } from "./lib/hub-info.ts";
import { FIRST_DRAFT, fieldsOf } from "./publish/draft.ts";
import { publishCode } from "./publish/publish-code.ts";
import { subscribeCode } from "./streams/subscribe-code.ts";
import { EVERYTHING } from "./streams/subscription.ts";

/** Shows how to do the same in a terminal, for a browser without JavaScript. */
export function WithoutScript({ hub }: { hub: HubInfo }) {
  const listening = subscribeCode({
    hub,
    subscription: EVERYTHING,
    types: [],
    withToken: !hub.anonymous,
  });
  const publishing = publishCode({
    hub,
    fields: fieldsOf(FIRST_DRAFT),
    count: 1,
    withToken: !hub.playground,
  });
  const lines = [...listening, ...publishing].filter(({ name }) => name === "curl");
  return (
    <noscript>
      <p className="mt-6 text-sm">
        The console works with JavaScript, which is off. A terminal subscribes and publishes too:
        {lines.map(({ code }) => (
          <code key={code} className="mt-2 block rounded-lg bg-wash p-3 font-mono wrap-anywhere">
            {code}
          </code>
        ))}
      </p>
    </noscript>
  );
}
