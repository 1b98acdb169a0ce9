import { defineConfig } from "vitest/config";

/** Two projects: `unit` needs nothing but Node, `system` runs real programs (Apache, Chromium). */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/e2e/**"], testTimeout: 30_000 },
      },
      {
        test: {
          name: "system",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/install-programs.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
