import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../../config/package-root.js";
import { type ParsedJsd, parseJsd } from "../../series/jsd-parse.js";

/** The namespaces of the sample archive; each belongs to a user of its name. */
export const SAMPLE_NAMESPACES = ["sample_hmi", "sample_aia"] as const;

/** A series of the sample archive that has images. */
export type ImageSeriesName =
  | "sample_hmi.m_720s"
  | "sample_hmi.ic_720s"
  | "sample_hmi.v_45s"
  | "sample_aia.lev1_euv_12s";

/** A series of the sample archive. */
export type SampleSeriesName =
  | ImageSeriesName
  | "sample_hmi.calibration"
  | "sample_hmi.lev1"
  | "sample_hmi.regions";

/** All series: those that links lead to stand before those with the links. */
export const SAMPLE_SERIES: readonly SampleSeriesName[] = [
  "sample_hmi.calibration",
  "sample_hmi.lev1",
  "sample_hmi.m_720s",
  "sample_hmi.ic_720s",
  "sample_hmi.v_45s",
  "sample_hmi.regions",
  "sample_aia.lev1_euv_12s",
];

/** The folder of the definitions, which ship as they are. */
export function definitionFolder(): string {
  return join(packageRoot(), "netdrms/sample/series");
}

/** The definition of a series. Errors: those of `parseJsd`; plain Error where the file is not there. */
export async function sampleDefinition(series: SampleSeriesName): Promise<ParsedJsd> {
  const table = series.slice(series.indexOf(".") + 1);
  return parseJsd(await readFile(join(definitionFolder(), `${table}.jsd`), "latin1"));
}
