import type { Access } from "./auth/access.ts";
import type { Receipt } from "./log/log.ts";
import type { Connection } from "./streams/connection.ts";
import type { Refusal, StreamRequest } from "./streams/connections.ts";
import type { Matcher } from "./topics/matcher.ts";
import type { Topic } from "./topics/topic.ts";
import type { Update } from "./topics/update.ts";
import type { ReceivedEvent } from "./wire/decode.ts";

export interface TopicRequest extends StreamRequest {
  /** At least one. */
  readonly matchers: readonly Matcher[];
  readonly access: Access | undefined;
  /** The id of the last event that the client received, or `earliest`; undefined: the client asks for no history. */
  readonly lastEventId: string | undefined;
}

export type Subscribed =
  | { readonly open: true; readonly connection: Connection; readonly lastEventId?: string }
  | { readonly open: false; readonly reason: Refusal };

export interface LastUpdates {
  /** The oldest first. */
  readonly updates: readonly ReceivedEvent[];
  /** The id after which a stream resumes without loss; `earliest` if nothing was ever published. */
  readonly lastEventId: string;
}

export interface PublishRequest {
  /** At least one; all of them are appended, or none. */
  readonly updates: readonly Update[];
  /** The grants that must cover every topic of every update. `own code`: the app itself publishes, and needs no grants. */
  readonly access: Access | "own code";
  readonly receipt?: Receipt | undefined;
}

export type Published =
  | { readonly outcome: "published"; readonly ids: readonly string[] }
  /** The token does not cover this topic, which is one of the update at this index. Nothing was appended. */
  | { readonly outcome: "forbidden"; readonly topic: Topic; readonly index: number }
  /** The idempotency key was used before with another body. Nothing was appended. */
  | { readonly outcome: "conflict" };
