// Next replaces NODE_ENV with a constant at build time.
const DEV = process.env.NODE_ENV === "development";

/** Returns a Content-Security-Policy with a new nonce. Only scripts with that nonce run. */
export function contentSecurityPolicy(): string {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  return [
    "default-src 'self'",
    // The development tools of React and Turbopack evaluate code and add styles.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${DEV ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${DEV ? " 'unsafe-inline'" : ""}`,
    "img-src 'self' data:",
    // `?url=` may name a stream on any host.
    `connect-src 'self' http: https:${DEV ? " ws: wss:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
