import type { World } from "../../../client/base/world.ts";

/** Makes a world whose streams send no cookies: the console only does what its token grants. */
export function withoutCookies(world: World): World {
  const { fetch } = world;
  return {
    ...world,
    fetch: fetch && ((url, init) => fetch(url, { ...init, credentials: "omit" })),
  };
}
