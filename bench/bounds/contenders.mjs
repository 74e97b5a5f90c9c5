import { resolve } from "node:path";
import { RUNNEL, startOf } from "../contenders.mjs";
import { TOKEN_ENV } from "../hub/tokens.mjs";

/**
 * @typedef {object} Contender
 * @property {import("../server.mjs").Program} program
 * @property {boolean} onDisk
 * @property {boolean} isOld
 */

/** A hub with keys, behind a proxy that adds each client's address. Strangers may read public updates. */
const ENV = {
  ...TOKEN_ENV,
  LOG_LEVEL: "warn",
  HISTORY_URL: "memory:",
  MAX_CONNECTIONS: "15000",
  MAX_CONNECTIONS_PER_CLIENT: "100",
  TRUSTED_PROXIES: "1",
};

/** Returns the servers of this benchmark. @param {string | undefined} before a folder with an older commit of this app, built */
export function contenders(before) {
  const versions = [
    { name: RUNNEL.name, args: RUNNEL.args, isOld: false },
    ...(before === undefined
      ? []
      : [{ name: "before", args: startOf(resolve(before)), isOld: true }]),
  ];
  return [false, true].flatMap((onDisk) =>
    versions.map(({ name, args, isOld }) => ({
      program: {
        name: onDisk ? `${name}, on disk` : name,
        path: "/api/stream?match=ready",
        args,
        env: ENV,
      },
      onDisk,
      isOld,
    })),
  );
}
