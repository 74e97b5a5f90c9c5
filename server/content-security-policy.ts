// Next replaces it when it builds.
const DEV = process.env.NODE_ENV === "development";

/** Returns a Content-Security-Policy with a new nonce: only the scripts that carry the nonce run. */
export function contentSecurityPolicy(): string {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
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
