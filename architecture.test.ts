import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, test } from "vitest";

/** The rooms of the house, and what each may import beside its own files: arrows go down only. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  app: ["runnel.ts", "runtime.ts", "hub/", "components/", "client/"],
  components: ["hub/", "client/"],
  client: [],
  "hub/http": ["hub/"],
  "hub/auth": [
    "hub/base/hub-url.ts",
    "hub/topics/matcher.ts",
    "hub/topics/topic.ts",
    "hub/base/timers.ts",
    "hub/base/logger.ts",
  ],
  "hub/log": [
    "hub/wire/encode.ts",
    "hub/base/errors.ts",
    "hub/log/event-id.ts",
    "hub/base/logger.ts",
    "hub/topics/matcher.ts",
    "hub/base/timers.ts",
    "hub/topics/topic.ts",
    "hub/topics/update.ts",
  ],
  hub: [],
  "instrumentation.ts": ["lifecycle.ts"],
  "entrance.mjs": [],
  "lifecycle.ts": [
    "runtime.ts",
    "hub/",
    "next-log.ts",
    "open-files.ts",
    "page-policies.ts",
    "peers.ts",
    "pipelining.ts",
    "refusals.ts",
    "sockets.ts",
    "targets.ts",
    "unread-bodies.ts",
  ],
  "next-log.ts": ["hub/base/logger.ts"],
  "open-files.ts": ["hub/base/logger.ts"],
  "page-policies.ts": ["content-security-policy.ts"],
  "content-security-policy.ts": [],
  "peers.ts": ["hub/http/request/client.ts"],
  "pipelining.ts": [],
  "refusals.ts": ["hub/http/"],
  "sockets.ts": ["hub/http/service/sockets.ts"],
  "targets.ts": ["hub/http/request/target.ts"],
  "unread-bodies.ts": [],
  "runtime.ts": ["env.mjs", "hub/", "metrics.ts", "vitals.ts"],
  "metrics.ts": ["hub/"],
  "vitals.ts": ["hub/"],
  "runnel.ts": ["runtime.ts", "hub/"],
  "env.mjs": [],
  "proxy.ts": ["content-security-policy.ts"],
};

/** Inside the hub, who may import whom: a file imports only what stands below it. */
const HUB_FROM_TOP = [
  "hub/hub.ts",
  "hub/requests.ts",
  "hub/clock.ts",
  "hub/stats/numbers.ts",
  "hub/subscriptions.ts",
  "hub/delivery/resume.ts",
  "hub/appender.ts",
  "hub/delivery/audiences.ts",
  "hub/delivery/topic-index.ts",
  "hub/delivery/prefix-tree.ts",
  "hub/delivery/pattern-budget.ts",
  "hub/delivery/audience.ts",
  "hub/delivery/page-cache.ts",
  "hub/delivery/shared-page.ts",
  "hub/delivery/group.ts",
  "hub/delivery/pulse.ts",
  "hub/streams/connections.ts",
  "hub/streams/connection.ts",
  "hub/delivery/history.ts",
  "hub/base/turns.ts",
  "hub/log/event-id.ts",
  "hub/topics/update.ts",
  "hub/topics/matcher.ts",
  "hub/topics/pattern/pattern.ts",
  "hub/topics/pattern/pattern-syntax.ts",
  "hub/topics/pattern/pattern-component.ts",
  "hub/topics/pattern/linear-regexp.ts",
  "hub/base/hub-url.ts",
  "hub/topics/topic.ts",
  "hub/wire/decode.ts",
  "hub/wire/encode.ts",
  "hub/stats/meter.ts",
  "hub/stats/vitals.ts",
  "hub/base/errors.ts",
  "hub/base/ticker.ts",
  "hub/base/timers.ts",
  "hub/base/logger.ts",
];

const SOURCE = /\.(ts|tsx|mjs)$/;
const sources = ["app", "components", "client", "hub", "."].flatMap((folder) =>
  readdirSync(folder, { recursive: folder !== ".", encoding: "utf8" })
    .filter(
      (name) =>
        SOURCE.test(name) &&
        !/\.test\.|\.config\.|\.d\.ts$|^launch\.mjs$|(^|\/)(testing|contract)\.ts$|(^|\/)testing\//.test(
          name,
        ),
    )
    .map((name) => posix.normalize(join(folder, name))),
);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(type\s)?[^"';]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g;

function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const target = name.startsWith(".") ? posix.join(dirname(file), name) : name;
    return { target, typeOnly: match[1] !== undefined };
  });
}

const roomOf = (file: string) =>
  Object.keys(MAY_IMPORT)
    .sort((a, b) => b.length - a.length)
    .find((room) => file === room || file.startsWith(`${room}/`));

describe("the house", () => {
  test("has its sources where this test reads them", () => {
    expect(sources.length).toBeGreaterThan(15);
    for (const room of Object.keys(MAY_IMPORT)) {
      expect(sources.some((file) => roomOf(file) === room)).toBe(true);
    }
  });

  test.each(sources)("%s imports nothing that stands above it", (file) => {
    const room = roomOf(file);
    expect(room, `${file} is in no room: give it one`).toBeDefined();
    if (!room) return;
    for (const { target, typeOnly } of importsOf(file)) {
      if (room.startsWith("hub")) expect(target).not.toMatch(/^(next|react)/);
      if (!SOURCE.test(target)) continue;
      const below = [`${room}/`, ...(MAY_IMPORT[room] ?? [])];
      expect(
        below.some(
          (place) => target === place || (place.endsWith("/") && target.startsWith(place)),
        ),
        `${file} imports ${target}`,
      ).toBe(true);
      if (room === "components" && target.startsWith("hub/")) expect(typeOnly).toBe(true);
    }
  });

  test("inside the hub each file imports only what stands below it", () => {
    const files = sources.filter((file) => /^hub\/[^/]+\.ts$/.test(file));
    const atTop = HUB_FROM_TOP.filter((file) => /^hub\/[^/]+\.ts$/.test(file));
    expect([...files].sort()).toEqual([...atTop].sort());
    for (const [index, file] of HUB_FROM_TOP.entries()) {
      for (const { target } of importsOf(file)) {
        // Its rooms stand below it, but for the one that brings requests in.
        expect(target).not.toMatch(/^hub\/http\//);
        if (!HUB_FROM_TOP.includes(target)) continue;
        expect(HUB_FROM_TOP.indexOf(target), `${file} imports ${target}`).toBeGreaterThan(index);
      }
    }
  });

  test("reads the environment in env.mjs alone", () => {
    // Constants at build time, not variables: which runtime, and whether this is `next dev`.
    const constant = /process\.env\.(NEXT_RUNTIME|NODE_ENV)\b/g;
    for (const file of sources) {
      if (file === "env.mjs") continue;
      expect(readFileSync(file, "utf8").replace(constant, ""), file).not.toContain("process.env");
    }
  });

  test("tells whoever changes what runs as long as the process that it waits for a restart", () => {
    const below = ["runtime.ts", "lifecycle.ts"].flatMap((file) => [
      file,
      ...(MAY_IMPORT[file] ?? []),
    ]);
    const text = readFileSync("lifecycle.ts", "utf8");
    for (const file of below) {
      if (!file.endsWith("/")) expect(text, file).toContain(`\n  "${file}",`);
    }
  });

  test("never writes markup from text", () => {
    for (const file of sources) {
      expect(readFileSync(file, "utf8"), file).not.toMatch(/innerHTML|dangerouslySetInnerHTML/);
    }
  });
});

test("the lock has every platform's optional packages, without which npm ci refuses it there", () => {
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

  test("tells each stream of a client that leaves, and gives each a literal maximum duration", () => {
    const { functions } = JSON.parse(readFileSync("vercel.json", "utf8"));
    expect(routes).toHaveLength(3);
    expect(Object.keys(functions).sort()).toEqual([...routes].sort());
    for (const route of routes) {
      expect(functions[route]).toEqual({ supportsCancellation: true });
      expect(readFileSync(route, "utf8")).toMatch(/^export const maxDuration = 300;$/m);
    }
  });
});
