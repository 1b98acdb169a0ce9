import type { Series } from "../../series/model.js";
import { insertRecords } from "../../store/insert-records.js";
import type { NewRecord } from "../../store/new-record.js";
import { DAY } from "../sun/epoch.js";
import { type ActiveRegion, activeRegions } from "../sun/index.js";
import { viewpoint } from "../sun/viewpoint.js";
import { inSampleSession, type SampleSite } from "./sample-site.js";

const DEGREE = Math.PI / 180;

/** Writes the active regions that emerge in [begin, end), DRMS times. Errors: those of `insertRecords` and of the session. */
export async function writeRegions(
  site: SampleSite,
  series: Series,
  begin: number,
  end: number,
): Promise<void> {
  const regions = activeRegions().filter(({ emergence }) => emergence >= begin && emergence < end);
  await inSampleSession(site, "sample_hmi.regions", (write) =>
    insertRecords(write, series, regions.map(regionRecord)),
  );
}

function regionRecord(region: ActiveRegion): NewRecord {
  const longitude = region.longitude / DEGREE;
  return {
    keywords: {
      CAR_ROT: viewpoint(region.emergence).rotation,
      LON: longitude - 360 * Math.floor(longitude / 360),
      LAT: region.latitude / DEGREE,
      REGION: region.index,
      T_EMERGE: region.emergence,
      CYCLE: region.cycle,
      FLUX: region.flux,
      LEADSIGN: region.leading,
      TILT: region.tilt / DEGREE,
      SIZE: region.separation / DEGREE,
      SPOTDAYS: region.spotLife / DAY,
    },
  };
}
