import type { Access } from "../auth/types.ts";
import type { Service } from "./service.ts";

/** What our server puts the address of the socket's other end in, over whatever the client may have sent there. */
export const PEER_HEADER = "x-runnel-peer";

/** Where our server notes that the request came through a proxy, and so from anywhere. */
export const PROXIED_HEADER = "x-runnel-proxied";

/**
 * Who asks, for the limit that each client has: the token's issuer and subject, or an address. Each trusted proxy has added to
 * X-Forwarded-For who came to it; what stands before that anybody may have written.
 */
export function clientOf(
  { trustedProxies }: Service,
  { headers }: Request,
  access: Access | undefined,
): string {
  if (access?.subject !== undefined) return JSON.stringify([access.issuer, access.subject]);
  const peer = headers.get(PEER_HEADER) ?? "unknown";
  if (trustedProxies === 0) return peer;
  const noted = (headers.get("x-forwarded-for") ?? "").split(",").map((address) => address.trim());
  return noted[Math.max(noted.length - trustedProxies, 0)] || peer;
}
