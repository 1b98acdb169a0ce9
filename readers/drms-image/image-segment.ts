import { DasError } from "../../errors/das-error.js";
import type { RecordSetQuery } from "../../netdrms/query/record-set-query.js";
import { isFitsProtocol } from "../../netdrms/segments/open-segment.js";
import { followSegment } from "../../netdrms/series/link-target.js";
import { findNamed, type Segment } from "../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import { planeUnit } from "../archive/unit-text.js";
import type { PixelText } from "./image-layout.js";
import type { ImageShape } from "./reduction.js";

/** A segment with images, and the one at the end of its links. */
export interface ImageSegment {
  readonly segment: Segment;
  readonly source: Segment;
}

/**
 * The segment of that name, else the first that the record set names, else the first of the series, with FITS images.
 * Errors: USAGE where there is none; those of following its link.
 */
export async function imageSegment(
  catalog: SeriesCatalog,
  { series, segments }: RecordSetQuery,
  name: string | undefined,
): Promise<ImageSegment> {
  const named = name === undefined ? undefined : findNamed(series.segments, name);
  if (name !== undefined && named === undefined)
    throw new DasError("USAGE", `segment: ${series.name} has no segment ${name}`);
  for (const segment of named === undefined ? (segments ?? series.segments) : [named]) {
    const { member } = await followSegment(catalog, series, segment);
    if (isFitsProtocol(member.protocol)) return { segment, source: member };
  }
  throw new DasError("USAGE", `${named?.name ?? series.name} has no FITS images`);
}

/** What the pixels of a segment are. */
export function pixelText(
  { segment, source }: ImageSegment,
  range: readonly [number, number] | undefined,
): PixelText {
  const text = shortText(segment.description) || shortText(source.description);
  return {
    name: segment.name,
    label: text === "" ? segment.name : text,
    unit: planeUnit(source.unit),
    ...(range === undefined ? {} : { range }),
  };
}

/** A description up to the dash behind which it explains; dashes within words belong to it. */
function shortText(description: string): string {
  return description.split(/ --? /, 1)[0]!.trim();
}

/** The shape of all images of a segment, where the series says it. */
export function declaredShape({ source }: ImageSegment): ImageShape | undefined {
  const [width = 0, height = 0] = source.axes;
  return source.scope !== "vardim" && width > 0 && height > 0 ? [width, height] : undefined;
}
