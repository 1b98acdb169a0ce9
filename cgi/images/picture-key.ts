import { createHash } from "node:crypto";
import { archiveEnvironment, archiveSettings } from "../../config/archive-settings.js";
import type { Config } from "../../config/config.js";
import { packageVersion } from "../../config/package-root.js";
import { moduleDatabaseUrl } from "../../netdrms/module/module-database-url.js";
import { segmentFilePath } from "../../netdrms/sums/unit-path.js";
import type { RecordLook } from "./image-look.js";
import type { FoundImage } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";

/** Digits of a key. */
const DIGITS = 32;

/** The name of the stored file of a record below its storage unit, with the number of that; empty where there is none. */
export function storedFileName({ segment, row }: FoundImage): string {
  const sunum = segment.sunum[row]!;
  if (sunum < 0n) return "";
  const { name, protocol } = segment.source;
  const path = segmentFilePath({
    segment: name,
    protocol,
    slot: segment.slot[row]!,
    file: segment.file[row]!,
  });
  return `D${sunum}/${path}`;
}

/**
 * 32 hexadecimal digits for all that the picture of a record is made of: the archive, which stored file, its scale in the database, the
 * look with its size, and the version of the program. A stored file never changes, so the same digits mean the same picture, in any
 * process and whenever.
 */
export function pictureKey(
  config: Config,
  images: ImageSeries,
  found: FoundImage,
  { look, factor }: RecordLook,
): string {
  const { segment, row, recnum, series } = found;
  const text = JSON.stringify([
    packageVersion(),
    archiveName(config, images),
    [series.name, segment.sourceSeries.name, segment.source.name, String(recnum), storedFileName(found)],
    [segment.bzero[row], segment.bscale[row], factor],
    look,
  ]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
}

/** Host and name of the database that numbers the records; who asks, and with which password, makes no other archive. */
function archiveName(config: Config, { records, env }: ImageSeries): string {
  const { drmsUrl } = archiveSettings({ ...archiveEnvironment(config), ...env });
  const url = moduleDatabaseUrl(records.standard, drmsUrl);
  const mark = url.indexOf("?");
  const parameters = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  const head = (mark < 0 ? url : url.slice(0, mark)).replace(/^(\w+:\/\/)[^@/]*@/, "$1");
  return `${head} ${["host", "port", "dbname"].map((name) => parameters.get(name) ?? "").join(" ")}`;
}
