import { inject } from "vitest";
import { imagePool } from "../../netdrms/sample/archive/image-pool.js";
import { makeSampleArchive } from "../../netdrms/sample/archive/make-archive.js";
import { SMALL_PLAN } from "../../netdrms/sample/archive/observing-plan.js";
import { type TestDatabase, testDatabase } from "./postgres.js";
import { removeSampleUnits, sampleUnits } from "./sample-units.js";

/**
 * A small sample archive (see `SMALL_PLAN`): a database of its own for each test file, all over the same storage units, which must not be
 * changed. The first who asks waits some seconds until it is made.
 */
export function sampleArchive(): Promise<TestDatabase> {
  const run = inject("postgresPort");
  return testDatabase({
    template: {
      name: "sample",
      async make(url) {
        // What a test file that was ended has left.
        await removeSampleUnits(run);
        await makeSampleArchive({ url, partition: sampleUnits(run), plan: SMALL_PLAN, images: imagePool(0) });
      },
    },
  });
}
