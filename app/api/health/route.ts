import { runtime } from "../../../runtime.ts";

/** 200 while the process lives; with `?ready`, 503 from the moment it drains. */
export function GET(request: Request): Response {
  const { hub, startedAt } = runtime();
  const draining = hub.state === "draining";
  const ready = new URL(request.url).searchParams.has("ready");
  return Response.json(
    {
      status: draining ? "draining" : "ok",
      connections: hub.connections.size,
      maxConnections: hub.limits.maxConnections,
      uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
    },
    { status: ready && draining ? 503 : 200, headers: { "Cache-Control": "no-store" } },
  );
}
