import { join } from "node:path";
import type { Segment } from "../../series/model.js";
import type { NewLink, PlacedFile } from "../../store/new-record.js";
import { type ImageContent, writeImageFile } from "../../store/write-image-file.js";
import { segmentFilePath } from "../../sums/unit-path.js";
import type { DrmsValue } from "../../values/drms-type.js";
import type { ImageKind, Sun } from "../sun/index.js";
import { observedRecord } from "./observed-record.js";
import type { ImageSeriesName } from "./sample-series.js";

/** Images that are made one after the other. Plain values, which can be sent to a thread. */
export interface ImageJob {
  readonly series: ImageSeriesName;
  /** Of the series. */
  readonly segments: readonly Segment[];
  /** Pixels of a side. */
  readonly size: number;
  readonly calibration: 1 | 2;
  /** Slots (DRMS times) and what is seen in them, a record each. */
  readonly observations: readonly { readonly slot: number; readonly kind: ImageKind }[];
  /** Where files go, in order; those that are not needed stay empty. As many as observations. */
  readonly places: readonly { readonly folder: string; readonly slot: number }[];
}

/** A record whose files are written. */
export interface MadeRecord {
  readonly keywords: Readonly<Record<string, DrmsValue>>;
  readonly links: Readonly<Record<string, NewLink>>;
  /** Where its files are; missing: it has none. */
  readonly files?: {
    /** Which of the places of the job. */
    readonly place: number;
    readonly bySegment: ReadonlyMap<number, PlacedFile>;
  };
}

/**
 * Makes the records of a job, without those that the Sun does not show; the disk has the files when it likes.
 * Errors: those of `writeImageFile`.
 */
export async function makeImages(sun: Sun, job: ImageJob): Promise<readonly MadeRecord[]> {
  const made: MadeRecord[] = [];
  let used = 0;
  for (const { slot, kind } of job.observations) {
    const seen = sun.record(kind, slot, job.size);
    if (seen === undefined) continue;
    const { keywords, links, images } = observedRecord(job.series, kind, job.calibration, seen);
    const bySegment = new Map<number, PlacedFile>();
    for (const segment of job.segments) {
      const content = images[segment.name];
      if (content === undefined) continue;
      bySegment.set(segment.number, await writeImage(job.places[used]!, segment, content));
    }
    made.push({
      keywords,
      links,
      ...(bySegment.size === 0 ? {} : { files: { place: used++, bySegment } }),
    });
  }
  return made;
}

/** As `storeSegment`, but what was just written is not read again to be checked, which takes as long as the writing. */
async function writeImage(
  { folder, slot }: ImageJob["places"][number],
  segment: Segment,
  content: ImageContent,
): Promise<PlacedFile> {
  const { name: segmentName, protocol, compression, bzero, bscale } = segment;
  const name = `${segmentName}.fits`;
  const path = join(folder, segmentFilePath({ segment: segmentName, protocol, slot, file: name }));
  await writeImageFile(path, segment, content);
  return {
    name,
    axes: content.image.shape,
    compression,
    bzero: content.bzero ?? bzero,
    bscale: content.bscale ?? bscale,
  };
}
