import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "./server/content-security-policy.ts";

/**
 * Gives each page a Content-Security-Policy with its own nonce where the server is not ours (Vercel).
 * Elsewhere page-policies.ts sets the policy: before Next calls a proxy, it reads the whole body of the request into memory.
 */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy();
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = {
  matcher: [
    {
      // All addresses but the streams, the JSON responses and the files. A page answers an unknown address.
      source:
        "/((?!(?:api/stream|api/health|api/metrics|console/token|console/inspect|stream|\\.well-known/(?:mercure|oauth-protected-resource)(?:/.*)?)$|_next/static/|icon\\.svg$).*)",
      // Our own server adds this header field to every request (peers.ts).
      missing: [{ type: "header", key: "x-runnel-peer" }],
    },
  ],
};
