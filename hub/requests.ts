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
  /** What the client has seen last, or `earliest`; undefined: it asks for nothing of the past. */
  readonly lastEventId: string | undefined;
}

export type Subscribed =
  | { readonly open: true; readonly connection: Connection; readonly lastEventId?: string }
  | { readonly open: false; readonly reason: Refusal };

export interface LastUpdates {
  /** The oldest first. */
  readonly updates: readonly ReceivedEvent[];
  /** Where a stream goes on behind them; `earliest`, where nothing was ever published. */
  readonly lastEventId: string;
}

export interface PublishRequest {
  /** At least one; all of them are appended, or none. */
  readonly updates: readonly Update[];
  /** What must cover every topic of every update. `own code`: nothing must, the app itself publishes. */
  readonly access: Access | "own code";
  readonly receipt?: Receipt | undefined;
}

export type Published =
  | { readonly outcome: "published"; readonly ids: readonly string[] }
  /** The token does not cover this topic, of the update with this index. Nothing was appended. */
  | { readonly outcome: "forbidden"; readonly topic: Topic; readonly index: number }
  /** The idempotency key came with another body before. Nothing was appended. */
  | { readonly outcome: "conflict" };
