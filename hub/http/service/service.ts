import type { Verifier } from "../../auth/access.ts";
import type { Minter } from "../../auth/minter.ts";
import type { Logger } from "../../base/logger.ts";
import type { Hub } from "../../hub.ts";
import type { BodyBudget } from "./body-budget.ts";
import type { Sockets } from "./sockets.ts";

/** The hub with its web configuration: who has access, and how much the hub accepts. */
export interface Service {
  readonly hub: Hub;
  readonly logger: Logger;
  /** The sockets of incoming requests. */
  readonly sockets: Sockets;
  /** undefined: no key is configured, so no token is valid. A playground has a verifier for its own tokens. */
  readonly verifier: Verifier | undefined;
  /** Authorization servers that the hub trusts, for its metadata. */
  readonly authorizationServers: readonly string[];
  /** Whether this hub is a playground: no client needs a token, and only clients on this machine are served. */
  readonly playground: boolean;
  /** Signs a token for any client of a playground; undefined outside a playground. */
  readonly playgroundMinter: Minter | undefined;
  /** Whether public updates may be read without a token. */
  readonly anonymous: boolean;
  readonly cookieName: string;
  /** Origins with pages that may read from the hub; `*`: any origin, but without cookies. */
  readonly corsOrigins: readonly string[];
  /** Origins with pages that may publish with a cookie, in addition to the hub's own origin. */
  readonly publishOrigins: readonly string[];
  /** Whether our server marks each request that comes over a socket (peers.ts). On Vercel the server is not ours. */
  readonly marksRequests: boolean;
  /** The number of trusted proxies in front of the server. Each adds the address of its client to X-Forwarded-For. */
  readonly trustedProxies: number;
  /** The budget for the bodies of publishers, which have tokens. */
  readonly publishBodies: BodyBudget;
  /** The budget for the console's bodies. Anybody may send them, so they must not use the budget of publishers. */
  readonly consoleBodies: BodyBudget;
  /** The limit of a publish request's body, in bytes. A batch has a limit of its own. */
  readonly maxUpdateBytes: number;
  readonly maxBatchBytes: number;
}
