import { type NextRequest, NextResponse } from "next/server";

// Next puts it in place when it builds.
// biome-ignore lint/style/noProcessEnv: how it was built, not how it is configured.
const DEV = process.env.NODE_ENV === "development";

/**
 * Gives each page a Content-Security-Policy with a nonce of its own: no script runs but those that this answer brought.
 * Next reads the nonce from the request's header and puts it on its scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy(newNonce());
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = {
  // All but the streams and what answers in JSON, which go through nothing that they needn't, and files. An unknown address is answered
  // by a page.
  matcher: [
    "/((?!(?:api/stream|api/health|api/metrics|console/token|console/inspect|stream|\\.well-known/(?:mercure|oauth-protected-resource)(?:/.*)?)$|_next/static/|icon\\.svg$).*)",
  ],
};

function newNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    // React's and Turbopack's tools for development evaluate code and add styles.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${DEV ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${DEV ? " 'unsafe-inline'" : ""}`,
    "img-src 'self' data:",
    // `?url=` may name a stream anywhere.
    `connect-src 'self' http: https:${DEV ? " ws: wss:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
