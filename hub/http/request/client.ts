import { isIPv4, isIPv6 } from "node:net";
import type { Access } from "../../auth/access.ts";
import type { Service } from "../service/service.ts";

/** The header field for the address of the peer. Our server sets it (peers.ts) and replaces any value that the client sent. */
export const PEER_HEADER = "x-runnel-peer";

/** The header field that shows whether the request came through a proxy: `yes`, or `no` and a secret. Our server sets it (peers.ts). */
export const PROXIED_HEADER = "x-runnel-proxied";

/**
 * Whether the request has no socket: our server marks each request that comes over one. Next makes requests without a socket inside the
 * process, and their responses are never closed.
 */
export function lacksSocket({ marksRequests }: Service, { headers }: Request): boolean {
  return marksRequests && !headers.has(PEER_HEADER);
}

/**
 * Returns the client's name, for the limits per client: the token's issuer and subject, or a network. Each trusted proxy has added the
 * address of its own client to X-Forwarded-For. The addresses before those are not trusted: any client can write them.
 */
export function clientOf(
  { trustedProxies }: Service,
  { headers }: Request,
  access: Access | undefined,
): string {
  if (access?.subject !== undefined) return JSON.stringify([access.issuer, access.subject]);
  const peer = headers.get(PEER_HEADER) ?? "unknown";
  if (trustedProxies === 0) return networkOf(peer);
  const noted = (headers.get("x-forwarded-for") ?? "").split(",").map((address) => address.trim());
  return networkOf(noted[Math.max(noted.length - trustedProxies, 0)] || peer);
}

/**
 * Returns the IPv4 address, or the /64 of the IPv6 address: one internet connection has all addresses of a /64. An IPv4 address that is
 * mapped into IPv6 counts as the IPv4 address. Brackets, a port and a zone are removed. Text that is no address is returned unchanged.
 * Source: RFC 4291, sections 2.2 and 2.5.5.2; RFC 6177, section 2.
 */
function networkOf(text: string): string {
  const [, bracketed, beforePort] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  const [address = ""] = (bracketed ?? beforePort ?? text).split("%", 1);
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return text;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 6).join() === "0,0,0,0,0,65535") {
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

/** Returns the eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  // A URL contains the canonical form, which is hexadecimal only. Source: WHATWG URL, section 3.5.
  const [head = "", tail = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const parse = (half: string) => (half === "" ? [] : half.split(":").map((g) => parseInt(g, 16)));
  const [first, last] = [parse(head), parse(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
