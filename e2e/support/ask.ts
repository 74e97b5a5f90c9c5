import { type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Runnel } from "./runnel.ts";

/** Sends a request and resolves with the head of its answer. Unlike `fetch`, it accepts any method and any target. */
export function ask(
  { port }: Pick<Runnel, "port">,
  options: Pick<RequestOptions, "method" | "path" | "headers">,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, agent: false, ...options });
    asked.on("response", resolve);
    asked.on("connect", resolve);
    asked.on("error", reject);
    asked.end();
  });
}
