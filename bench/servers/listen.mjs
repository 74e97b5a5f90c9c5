import { pathToFileURL } from "node:url";

/**
 * Serves on 127.0.0.1 at PORT if the module is what node was started with.
 * @param {string} moduleUrl
 * @param {() => import("node:http").Server} create
 */
export function listenIfMain(moduleUrl, create) {
  if (process.argv[1] && pathToFileURL(process.argv[1]).href === moduleUrl) {
    create().listen(Number(process.env.PORT), "127.0.0.1");
  }
}
