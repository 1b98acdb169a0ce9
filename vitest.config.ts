import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What is waited for comes when the machine has time for it. */
const POLL = { poll: { timeout: 30_000 } };

/**
 * Two projects: `unit` needs little but Node (`fpack` and `funpack` as a second opinion, PostgreSQL for the archive), `system` runs
 * Apache and Chromium.
 */
export default defineConfig({
  test: {
    // On two processors the default is one: half of the machine would wait.
    maxWorkers: Math.max(1, availableParallelism()),
    globalSetup: ["test/support/install-programs.ts", "test/support/postgres-server.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: POLL,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: POLL,
          fileParallelism: false,
        },
      },
    ],
  },
});
