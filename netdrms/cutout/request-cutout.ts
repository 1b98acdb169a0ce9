import { DasError, isDasError } from "../../errors/das-error.js";
import type { SunFrame } from "../../sun/sun-frame.js";
import type { Database } from "../database/database.js";
import type { ProcessImage } from "../export/image-file.js";
import { withKeyRange } from "../query/narrow-query.js";
import { planSelection } from "../query/plan-selection.js";
import type { RecordSetQuery } from "../query/record-set-query.js";
import { timeInterval } from "../query/time-interval.js";
import { planRecords } from "../records/plan-records.js";
import { readRecords } from "../records/read-records.js";
import { keywordValue, type RecordBatch } from "../records/record-batch.js";
import { FrameReader, type SunKeywords, sunKeywords } from "../records/sun-keywords.js";
import type { HeldRecord } from "../segments/held-records.js";
import { findNamed, type Keyword, type Series } from "../series/model.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import { slotRule } from "../series/slot-rule.js";
import { intervalFactor } from "../times/intervals.js";
import { cutImage } from "./cut-image.js";
import type { CutoutOrder } from "./cutout-order.js";
import { type BoxSize, boxSize, type CutoutTarget, cutoutTarget, placeBox } from "./cutout-place.js";

/** How far the image by which a place is known may be from the time for which it was given, s; as the original has it. */
const NEAR = 7200;
/** Records that are looked at around that time. */
const MOST_NEAR = 20_000;

/** The keywords of a series by which cutouts are placed. */
interface PlacingKeywords {
  readonly sun: SunKeywords;
  /** Of the observation. */
  readonly time: Keyword;
  /** Number of the prime key that is a time. */
  readonly key: number;
}

/**
 * The keywords by which images of a series can be cut.
 * Errors: BAD_PARAMETER for a series whose images cannot be.
 */
export function placingKeywords(series: Series): PlacingKeywords {
  const sun = sunKeywords(series);
  if (sun === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `im_patch: the keywords of ${series.name} do not say where the Sun is in its images`,
    );
  const isTime = ({ type, unit }: Keyword): boolean => type === "time" && intervalFactor(unit) === undefined;
  const key = series.primeKeys.findIndex(({ external }) => isTime(external));
  const observed = findNamed(series.keywords, "T_OBS");
  const time = observed !== undefined && isTime(observed) ? observed : series.primeKeys[key]?.external;
  if (time === undefined)
    throw new DasError("BAD_PARAMETER", `im_patch: ${series.name} has no prime key that is a time`);
  return { sun, time, key };
}

/** The cutouts of one request: the place, and the size of the box, are settled once. */
export class RequestCutout {
  readonly #order: CutoutOrder;
  readonly #keywords: PlacingKeywords;
  /** Settled with the first image where no image is needed before. */
  #target: CutoutTarget | undefined;
  #size: BoxSize | undefined;
  #batch: RecordBatch | undefined;
  #frames: FrameReader | undefined;

  private constructor(order: CutoutOrder, keywords: PlacingKeywords, target: CutoutTarget | undefined) {
    this.#order = order;
    this.#keywords = keywords;
    this.#target = target;
  }

  /**
   * Settles the place by the image of the record set that is nearest to its time.
   * Errors: BAD_PARAMETER for a place or a series that will not do, or where there is no image near; those of {@link Database}.
   */
  static async open(
    database: Database,
    catalog: SeriesCatalog,
    query: RecordSetQuery,
    order: CutoutOrder,
  ): Promise<RequestCutout> {
    const keywords = placingKeywords(query.series);
    const { place } = order;
    const frame =
      place.kind === "carrlong"
        ? undefined
        : await frameNear({ database, catalog, query, keywords }, place.at);
    return new RequestCutout(order, keywords, frame === undefined ? undefined : cutoutTarget(order, frame));
  }

  /** What is made of the image of a record. Errors: those of {@link cutImage}; BAD_FILE where its keywords do not place it. */
  process({ batch, row }: HeldRecord): ProcessImage {
    return async (image, scaling, header) => {
      const frame = this.#framesOf(batch).frame(row);
      this.#target ??= cutoutTarget(this.#order, frame);
      this.#size ??= boxSize(this.#order, this.#target, frame);
      const box = placeBox(this.#target, this.#size, frame);
      if (box === undefined)
        throw new DasError("BAD_PARAMETER", "im_patch: the place is on the far side of the Sun at this time");
      const cut = await cutImage(image, scaling, header, box, frame, this.#order);
      header.addCommentary("HISTORY", this.#history());
      return cut;
    };
  }

  #framesOf(batch: RecordBatch): FrameReader {
    if (this.#batch !== batch) {
      this.#batch = batch;
      this.#frames = framesOf(batch, this.#keywords);
    }
    return this.#frames!; // set with the batch
  }

  #history(): string {
    const { place, box, tracks, registers, crops } = this.#order;
    return `im_patch: ${box.width} x ${box.height} ${box.units} around x = ${place.x}, y = ${place.y} ${place.kind}, t = ${tracks ? 0 : 1}, r = ${registers ? 1 : 0}, c = ${crops ? 1 : 0}`;
  }
}

/** The reader of frames of a batch that has all keywords of its series, or those alone. */
function framesOf(batch: RecordBatch, { sun, time }: PlacingKeywords): FrameReader {
  const column = (wanted: Keyword) => {
    const found = batch.keywords.find(({ keyword }) => keyword.name === wanted.name);
    if (found === undefined)
      throw new DasError("BAD_PARAMETER", `im_patch: ${wanted.name} is not a keyword of its own`);
    return found;
  };
  return new FrameReader(sun, [...sun.values()].map(column), column(time), {
    latitude: true,
    longitude: true,
  });
}

interface Near {
  readonly database: Database;
  readonly catalog: SeriesCatalog;
  readonly query: RecordSetQuery;
  readonly keywords: PlacingKeywords;
}

/** The frame of the image nearest to a time, among those that the record set would have if it were about that time. */
async function frameNear({ database, catalog, query, keywords }: Near, at: number): Promise<SunFrame> {
  const { series } = query;
  const { key, sun, time } = keywords;
  const external = series.primeKeys[key]?.external;
  if (external === undefined)
    throw new DasError("BAD_PARAMETER", `im_patch: ${series.name} has no prime key that is a time`);
  const anyTime: RecordSetQuery = {
    ...query,
    keyFilters: query.keyFilters.filter((filter) => filter.key !== key),
  };
  const interval = timeInterval(slotRule(series, external)?.slotting, at - NEAR, at + NEAR);
  const { recnums: _, ...around } = withKeyRange(anyTime, key, interval);
  const plan = await planRecords(catalog, planSelection(around, MOST_NEAR), {
    keywords: [...new Set([...sun.values(), time, external])],
    segments: [],
  });
  let nearest: { readonly distance: number; readonly frame: SunFrame } | undefined;
  for await (const batch of readRecords(database, plan)) {
    const times = batch.keywords.find(({ keyword }) => keyword.name === external.name)!; // asked for above
    const frames = framesOf(batch, keywords);
    for (let row = 0; row < batch.rows; row++) {
      const distance = Math.abs(Number(keywordValue(times, row)) - at);
      if (!(distance <= NEAR) || distance >= (nearest?.distance ?? Number.POSITIVE_INFINITY)) continue;
      const frame = frameOrNone(frames, row);
      if (frame !== undefined) nearest = { distance, frame };
    }
  }
  if (nearest !== undefined) return nearest.frame;
  throw new DasError(
    "BAD_PARAMETER",
    `im_patch: ${series.name} has no image within two hours of t_ref by which the place could be known`,
  );
}

function frameOrNone(frames: FrameReader, row: number): SunFrame | undefined {
  try {
    return frames.frame(row);
  } catch (error) {
    if (isDasError(error, "BAD_FILE")) return undefined;
    throw error;
  }
}
