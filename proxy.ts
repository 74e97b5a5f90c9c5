import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "./server/content-security-policy.ts";

/**
 * Gives each page a Content-Security-Policy with its own nonce where the server is not ours (Vercel). Elsewhere page-policies.ts
 * does: before Next runs this file, it reads the whole body of the request into memory, whether or not anything wants it.
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
      // All but the streams, the answers in JSON and the files. A page answers an unknown address.
      source:
        "/((?!(?:api/stream|api/health|api/metrics|console/token|console/inspect|stream|\\.well-known/(?:mercure|oauth-protected-resource)(?:/.*)?)$|_next/static/|icon\\.svg$).*)",
      // Our own server adds this field to every request (peers.ts).
      missing: [{ type: "header", key: "x-runnel-peer" }],
    },
  ],
};
