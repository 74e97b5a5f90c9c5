import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules", ".next", "build", "e2e"],
    restoreMocks: true,
    // Many files wait for real sockets and processes: two a core leave none idle.
    maxWorkers: 2 * availableParallelism(),
    // A busy machine takes its time, and what is waited for comes all the same.
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
