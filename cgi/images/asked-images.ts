import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { type Time, type TimeRange, timeToUs2000, us2000ToTime } from "../../stream/time.js";
import type { DataWords } from "../data/data-words.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import { prepareData } from "../data/prepare.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import { hasImages, type ImageSeries, imageSeries } from "./image-source.js";

/** Images that may be shown to whoever asks. */
export interface AskedImages {
  readonly source: DataSource;
  readonly images: ImageSeries;
  /** Within the valid range of the source; missing: nothing of what was asked for is valid. */
  readonly range?: TimeRange;
}

/**
 * Takes a request for images of a range through the same steps as one for data: redirects, valid range, access, limits of clients.
 *
 * @returns an answer where the source is elsewhere
 * Errors: NOT_IMPLEMENTED for a source that is no series of images; NEEDS_LOGIN, TOO_MANY_REQUESTS, BAD_DEFINITION.
 */
export async function askImages(
  context: QueryContext,
  source: DataSource,
  { begin, end }: TimeRange,
): Promise<{ readonly elsewhere: Response } | AskedImages> {
  const words: DataWords = {
    id: source.id,
    begin,
    end,
    beginText: timeText(begin),
    endText: timeText(end),
    output: "stream",
  };
  const prepared = await prepareData(context, words, source);
  if ("elsewhere" in prepared) return prepared;
  if (!hasImages(source)) throw new DasError("NOT_IMPLEMENTED", "This source is no series of images");
  const { query } = prepared;
  const any: DataQuery = query ?? {
    sourceId: source.id,
    begin,
    end,
    requested: { begin, end },
    params: [],
    output: "stream",
  };
  const images = imageSeries(source, any, pipelineSetting(context.site).tools);
  return {
    source,
    images,
    ...(query === undefined ? {} : { range: { begin: query.begin, end: query.end } }),
  };
}

/** The range that holds the time of one record alone. Times of records are told in whole microseconds. */
export function instantRange(time: Time): TimeRange & { readonly us2000: number } {
  const us2000 = Math.floor(timeToUs2000(time));
  return { us2000, begin: us2000ToTime(us2000), end: us2000ToTime(us2000 + 1) };
}

/** A time of a record as links have it. */
export function imageTimeText(us2000: number): string {
  return timeText(us2000ToTime(us2000));
}
