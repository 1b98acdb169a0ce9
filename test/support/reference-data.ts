import { existsSync } from "node:fs";
import { join } from "node:path";

/** The folder of real measurements: `HELIOSTREAM_TEST_DATA`, else `../shared/data` beside the checkout. */
export const referenceRoot: string =
  process.env.HELIOSTREAM_TEST_DATA ?? join(import.meta.dirname, "../../../shared/data");

/** The path of one reference file or folder, or `undefined` where it is absent (a test then skips, by name). */
export function referenceData(relative: string): string | undefined {
  const path = join(referenceRoot, relative);
  return existsSync(path) ? path : undefined;
}
