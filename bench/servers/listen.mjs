import { pathToFileURL } from "node:url";

/** Returns whether node was started with this module. @param {string} moduleUrl */
export const isMain = (moduleUrl) =>
  process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === moduleUrl;

/**
 * Serves on 127.0.0.1 at PORT if node was started with this module.
 * @param {string} moduleUrl
 * @param {() => import("node:http").Server} create
 */
export function listenIfMain(moduleUrl, create) {
  if (isMain(moduleUrl)) create().listen(Number(process.env.PORT), "127.0.0.1");
}
