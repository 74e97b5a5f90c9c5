import { hubHandlers } from "../../hub-handlers.ts";

// Seconds. Next reads it from this file's text, so it is a literal; the stream ends itself before (MAX_CONNECTION_SECONDS).
export const maxDuration = 300;

// [spec] A subscription has at least one matcher.
export const { GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE } = hubHandlers({ clock: false });
