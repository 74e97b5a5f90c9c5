import type { HubState } from "../../../hub/hub.ts";
import { runtime } from "../../../server/runtime.ts";

const STATUS = {
  open: "ok",
  draining: "draining",
  lost: "history lost",
} as const satisfies Record<HubState, string>;

/** Answers 200 while the process lives; with `?ready`, 503 as soon as it drains or has lost its history. */
export function GET(request: Request): Response {
  const { hub, startedAt } = runtime();
  const isReady = hub.state === "open" || !new URL(request.url).searchParams.has("ready");
  return Response.json(
    {
      status: STATUS[hub.state],
      connections: hub.connections.size,
      maxConnections: hub.limits.maxConnections,
      uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
    },
    { status: isReady ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
