import type { World } from "../../../client/base/world.ts";

/** A world whose streams have no cookie: what one grants is another's business, the console does what its token grants. */
export function withoutCookies(world: World): World {
  const { fetch } = world;
  return {
    ...world,
    fetch: fetch && ((url, init) => fetch(url, { ...init, credentials: "omit" })),
  };
}
