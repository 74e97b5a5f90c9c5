export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from "../api/stream/route.ts";

// A literal here too: Next drops one that is re-exported, in silence.
export const maxDuration = 300;
