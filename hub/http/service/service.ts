import type { Verifier } from "../../auth/access.ts";
import type { Minter } from "../../auth/minter.ts";
import type { Logger } from "../../base/logger.ts";
import type { Hub } from "../../hub.ts";
import type { BodyBudget } from "./body-budget.ts";
import type { Sockets } from "./sockets.ts";

/** The hub as it stands on the web: whom it lets in, and how much it takes. */
export interface Service {
  readonly hub: Hub;
  readonly logger: Logger;
  /** Of the requests that come in. */
  readonly sockets: Sockets;
  /** undefined: no key is configured, so no token is valid. A playground has one for its own tokens. */
  readonly verifier: Verifier | undefined;
  /** Authorization servers that the hub trusts, for its metadata. */
  readonly authorizationServers: readonly string[];
  /** Nobody needs a token, and only this machine is answered. */
  readonly playground: boolean;
  /** Signs for whoever asks: in a playground, and never elsewhere. */
  readonly playgroundMinter: Minter | undefined;
  /** Public updates may be read without a token. */
  readonly anonymous: boolean;
  readonly cookieName: string;
  /** Origins whose pages may read; `*`: any, but without its cookies. */
  readonly corsOrigins: readonly string[];
  /** Origins whose pages may publish with a cookie, beside the hub's own. */
  readonly publishOrigins: readonly string[];
  /** Whether our server marks each request that comes over a socket (peers.ts). On Vercel the server is not ours. */
  readonly marksRequests: boolean;
  /** How many proxies stand before the server, each of which has noted who came to it. */
  readonly trustedProxies: number;
  /** For the bodies of publishers, which have tokens. */
  readonly publishBodies: BodyBudget;
  /** For the console's bodies, which anybody may send: they take no room from publishers. */
  readonly consoleBodies: BodyBudget;
  /** Of a publish request's body, in bytes; a batch has its own. */
  readonly maxUpdateBytes: number;
  readonly maxBatchBytes: number;
}
