import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Series } from "../../series/model.js";
import { RecordStore } from "../../store/record-store.js";
import { CALIBRATIONS } from "./calibrations.js";
import { inSampleSession, type SampleSite } from "./sample-site.js";

/**
 * Writes the versions of the calibration, each with its notes as a text file.
 * @returns record numbers by version
 * Errors: those of `RecordStore.insert` and of the session.
 */
export async function writeCalibrations(
  site: SampleSite,
  series: Series,
): Promise<Readonly<Record<1 | 2, bigint>>> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-sample-"));
  try {
    const [first, second] = await inSampleSession(site, "sample_hmi.calibration", async (write) => {
      const store = new RecordStore(write);
      const recnums: bigint[] = [];
      for (const { version, name, scale, date, notes } of [CALIBRATIONS[1], CALIBRATIONS[2]]) {
        const path = join(folder, `calibration_${version}.txt`);
        await writeFile(path, notes);
        const { recnums: added } = await store.insert(series, [
          {
            keywords: {
              CALVER: version,
              CALNAME: name,
              CALSCALE: scale,
              T_START: CALIBRATIONS[1].date,
              DATE: date,
            },
            segments: { notes: { kind: "file", path } },
          },
        ]);
        recnums.push(...added);
      }
      return recnums;
    });
    return { 1: first!, 2: second! };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
