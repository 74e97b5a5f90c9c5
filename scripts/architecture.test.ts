import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { SOURCES } from "./build.mjs";

/**
 * The rooms of the project, from the top down, each with the rooms that it may import in addition to its own files. A room is a folder. All
 * of app/ is one room, and "." means the files at the top level. "hub/*" is hub/ and all folders below it. Every room may import protocol/,
 * which imports nothing.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  app: [".", "components/*", "client/*", "server/*", "hub/*"],
  ".": ["server/*", "hub/*"],

  "components/console": ["components/console/*", "components/ui"],
  "components/console/publish": [
    "components/console/code",
    "components/console/lib",
    "components/ui",
  ],
  "components/console/streams": [
    ...["components/console/tokens", "components/console/code", "components/console/lib"],
    ...["components/ui", "client/*"],
  ],
  "components/console/connected": [
    ...["components/console/tokens", "components/console/lib", "client/*", "hub"],
  ],
  "components/console/numbers": [
    ...["components/console/tokens", "components/console/lib"],
    ...["client/*", "hub/stats"],
  ],
  "components/console/tokens": [
    ...["components/console/code", "components/console/lib", "components/ui", "hub/http"],
  ],
  "components/console/lib": ["components/ui", "client/base"],
  "components/console/code": ["components/ui"],
  "components/live": ["components/ui", "client/*"],
  "components/ui": ["client/*"],

  client: ["client/*"],
  "client/tabs": ["client/base"],
  "client/connection": ["client/base"],
  "client/base": [],

  server: ["server/env", "hub/*"],
  "server/env": [],

  "hub/http": ["hub/*"],
  "hub/http/request": [
    ...["hub/http/service", "hub/auth", "hub/streams", "hub/log", "hub/topics", "hub/base"],
  ],
  "hub/http/service": ["hub", "hub/auth", "hub/base"],
  hub: [
    ...["hub/stats", "hub/delivery", "hub/streams", "hub/log", "hub/auth", "hub/topics"],
    ...["hub/wire", "hub/base"],
  ],
  "hub/stats": ["hub/delivery", "hub/streams", "hub/topics", "hub/wire", "hub/base"],
  "hub/delivery": [
    ...["hub/streams", "hub/log", "hub/auth", "hub/topics", "hub/topics/pattern"],
    ...["hub/wire", "hub/base"],
  ],
  "hub/streams": ["hub/log", "hub/wire", "hub/base"],
  "hub/log/lmdb": ["hub/log", "hub/topics", "hub/base"],
  "hub/log": ["hub/topics", "hub/wire", "hub/base"],
  "hub/auth": ["hub/topics", "hub/base"],
  "hub/topics": ["hub/topics/pattern", "hub/base"],
  "hub/topics/pattern": ["hub/base"],
  "hub/wire": [],
  "hub/base": [],

  protocol: [],
};
const ROOMS = Object.keys(MAY_IMPORT);

const CODE = /\.(ts|tsx|mjs)$/;
const NO_SOURCE = /\.test\.|\.config\.|\.d\.ts$|(^|\/)testing\//;
const sources = [".", "app", "components", "client", "server", "hub", "protocol"].flatMap(
  (folder) =>
    readdirSync(folder, { recursive: folder !== ".", encoding: "utf8" })
      .map((name) => posix.join(folder, name))
      .filter((file) => CODE.test(file) && !NO_SOURCE.test(file)),
);

/** The file names that Next requires. */
const NAMES_OF_NEXT = /^(page|layout|error|not-found|route|actions)\.tsx?$/;

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(type\s)?[^"';]*?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g;

/** Returns the imports of a file. Our own files are returned by their paths. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? match[4] ?? "";
    const target = name.startsWith(".") ? posix.join(dirname(file), name) : name;
    return { target, typeOnly: match[1] !== undefined };
  });
}

const roomOf = (file: string) => (file.startsWith("app/") ? "app" : dirname(file));

/** Returns the room with this name, or all rooms that a name such as "hub/*" means. */
function roomsOf(name: string): string[] {
  const folder = name.replace(/\/\*$/, "");
  const isMeant = (room: string) => folder !== name && room.startsWith(`${folder}/`);
  return ROOMS.filter((room) => room === folder || isMeant(room));
}

/** Returns the rooms that a room may import, without the room itself. */
const below = (room: string) =>
  [...(MAY_IMPORT[room] ?? []), ...(room === "protocol" ? [] : ["protocol"])]
    .flatMap(roomsOf)
    .filter((other) => other !== room);

/** Finds a cycle in a graph. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...way, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}

describe("the sources", () => {
  test("are all in the rooms that this test lists, and no room is empty", () => {
    expect(sources.length).toBeGreaterThan(15);
    expect([...new Set(sources.map(roomOf))].sort()).toEqual([...ROOMS].sort());
  });

  test("have no cycle of rooms that may import each other", () => {
    const rooms = ROOMS.map((room) => [room, below(room)] as const);
    expect(circleIn(new Map(rooms))).toBeUndefined();
    for (const name of Object.values(MAY_IMPORT).flat()) {
      expect(roomsOf(name), name).not.toEqual([]);
    }
  });

  test("have no room that may import another without importing it", () => {
    for (const [room, names] of Object.entries(MAY_IMPORT)) {
      const files = sources.filter((file) => roomOf(file) === room);
      const used = new Set(files.flatMap(importsOf).map(({ target }) => roomOf(target)));
      for (const name of names) {
        expect(
          roomsOf(name).some((other) => used.has(other)),
          `${room}: ${name}`,
        ).toBe(true);
      }
    }
  });

  test.each(sources)("%s imports only from rooms that it may import", (file) => {
    const room = roomOf(file);
    const may = [room, ...below(room)];
    for (const { target, typeOnly } of importsOf(file)) {
      if (/^(hub|client|protocol)(\/|$)/.test(room) && !/^client\/use-[^/]+\.ts$/.test(file)) {
        expect(target).not.toMatch(/^(next|react)/);
      }
      if (!CODE.test(target)) continue;
      expect(may, `${file} imports ${target}`).toContain(roomOf(target));
      if (room.startsWith("components") && target.startsWith("hub/")) expect(typeOnly).toBe(true);
    }
  });

  test("have no circular imports", () => {
    const files = sources.map(
      (file) => [file, importsOf(file).map(({ target }) => target)] as const,
    );
    expect(circleIn(new Map(files))).toBeUndefined();
  });

  test("have no two files with the same name", () => {
    const names = sources.map((file) => basename(file)).filter((name) => !NAMES_OF_NEXT.test(name));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test("read the environment only in server/env", () => {
    // These two are constants at build time: the runtime, and whether this is `next dev`.
    const constant = /process\.env\.(NEXT_RUNTIME|NODE_ENV)\b/g;
    for (const file of sources) {
      if (roomOf(file) === "server/env") continue;
      expect(readFileSync(file, "utf8").replace(constant, ""), file).not.toContain("process.env");
    }
  });

  test("cause a new build when any of them changes", () => {
    for (const file of sources) {
      expect(
        SOURCES.some((place) => file === place || file.startsWith(`${place}/`)),
        file,
      ).toBe(true);
    }
  });

  test("cause a warning when a file changes that needs a restart", () => {
    const running = new Set(["server"]);
    for (const room of running) for (const other of below(room)) running.add(other);
    const [, folders = "[]"] =
      /const FOLDERS = (.+);/.exec(readFileSync("server/dev-watch.ts", "utf8")) ?? [];
    const watched: string[] = JSON.parse(folders);
    for (const room of running) expect(watched, room).toContain(room.split("/")[0]);
  });

  test("never write markup from text", () => {
    for (const file of sources) {
      expect(readFileSync(file, "utf8"), file).not.toMatch(/innerHTML|dangerouslySetInnerHTML/);
    }
  });
});

test("package-lock.json has the optional packages of every platform, which npm ci needs there", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  for (const [path, entry] of Object.entries<{ optionalDependencies?: object }>(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const nested = packages[`${path}/node_modules/${name}`];
      expect(nested ?? packages[`node_modules/${name}`], `${name} of ${path}`).toBeDefined();
    }
  }
});

describe("Vercel", () => {
  const routes = sources.filter(
    (file) =>
      file.endsWith("/route.ts") &&
      /hub-handlers\.ts|stream\/route\.ts/.test(readFileSync(file, "utf8")),
  );

  test("aborts each stream when its client leaves, and each has a literal maximum duration", () => {
    const { functions } = JSON.parse(readFileSync("vercel.json", "utf8"));
    expect(routes).toHaveLength(3);
    expect(Object.keys(functions).sort()).toEqual([...routes].sort());
    for (const route of routes) {
      expect(functions[route]).toEqual({ supportsCancellation: true });
      expect(readFileSync(route, "utf8")).toMatch(/^export const maxDuration = 300;$/m);
    }
  });
});
