import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules", ".next", "build", "e2e"],
    restoreMocks: true,
    // Left to itself it keeps a core free, and on two cores runs one file after the other.
    maxWorkers: "100%",
  },
});
