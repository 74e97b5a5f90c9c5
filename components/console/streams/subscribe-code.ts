import { jsString, shellWord } from "../code/quote.ts";
import type { CodeHub, Snippet } from "../code/snippet.ts";
import { parameterOf, type Subscription, subscriptionQuery } from "./subscription.ts";

export interface SubscribeCodeOptions {
  readonly hub: CodeHub;
  readonly subscription: Subscription;
  /** Types of the events that have come, other than `message`. */
  readonly types: readonly string[];
  readonly withToken: boolean;
}

/** Writes the code that gets the same events as a stream. */
export function subscribeCode(options: SubscribeCodeOptions): readonly Snippet[] {
  return [
    { name: "EventSource", code: eventSource(options) },
    { name: "curl", code: curl(options) },
    { name: "Server", code: server(options) },
  ];
}

function eventSource({ hub, subscription, types, withToken }: SubscribeCodeOptions): string {
  const { matchers, from } = subscription;
  const show = "({ data, lastEventId }) => console.log(lastEventId, data)";
  return [
    ...(withToken ? [`// The token goes in the cookie ${hub.cookieName}.`] : []),
    `const url = new URL(${jsString(hub.origin + hub.path)});`,
    ...matchers.map(
      ({ type, match }) => `url.searchParams.append("${parameterOf(type)}", ${jsString(match)});`,
    ),
    ...(from === undefined ? [] : [`url.searchParams.append("last_event_id", ${jsString(from)});`]),
    "const events = new EventSource(url);",
    ...(types.length === 0
      ? [`events.onmessage = ${show};`]
      : [
          `const show = ${show};`,
          "events.onmessage = show;",
          ...types.map((type) => `events.addEventListener(${jsString(type)}, show);`),
        ]),
  ].join("\n");
}

function curl({ hub, subscription, withToken }: SubscribeCodeOptions): string {
  const address = `${hub.origin}${hub.path}?${subscriptionQuery(subscription)}`;
  const authorization = withToken ? ` -H "Authorization: Bearer $TOKEN"` : "";
  return `curl -N${authorization} ${shellWord(address)}`;
}

function server({ subscription: { matchers, from } }: SubscribeCodeOptions): string {
  const field = (name: string, type: string) => {
    const texts = matchers.filter((each) => each.type === type).map(({ match }) => jsString(match));
    if (texts.length === 0) return [];
    return [`${name}: ${texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`}`];
  };
  const fields = [
    ...field("match", "exact"),
    ...field("matchUrlPattern", "urlpattern"),
    ...(from === undefined ? [] : [`lastEventId: ${jsString(from)}`]),
  ];
  return [
    `import { subscribe } from "../runnel.ts";`,
    "",
    `const events = await subscribe({ ${fields.join(", ")} });`,
    "for await (const { id, type, data } of events) console.log(id, type, data);",
  ].join("\n");
}
