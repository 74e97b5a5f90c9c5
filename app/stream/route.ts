export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from "../api/stream/route.ts";

// A literal here too: Next silently ignores one that is re-exported.
export const maxDuration = 300;
