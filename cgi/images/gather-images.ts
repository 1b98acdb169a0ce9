import type { DataSource } from "../../dsdf/data-source.js";
import { isDasError } from "../../errors/das-error.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import type { QueryContext } from "../query.js";
import type { AskedImages } from "./asked-images.js";
import { commonRange } from "./common-range.js";
import { recordHeader, type ShownHeader } from "./header-cards.js";
import { type RecordLook, recordLook } from "./image-look.js";
import { type FoundImage, findImage, type ImageRecord } from "./image-records.js";
import { hasImages, isOfKeywords, seriesName } from "./image-source.js";
import type { ImagesQuestion } from "./images-question.js";
import { type ImageList, listImages } from "./list-images.js";
import { withImages } from "./open-images.js";

/** The image that is shown large. */
export interface ChosenImage {
  readonly found: FoundImage;
  /** With the range of the whole strip. */
  readonly how: RecordLook;
  readonly header: ShownHeader;
}

/** Everything that the page of a series of images shows. */
export interface ImagesView {
  readonly source: DataSource;
  /** As asked for. */
  readonly range: TimeRange;
  /** Missing: nothing of the range is valid. */
  readonly list?: ImageList;
  readonly chosen?: ChosenImage;
  /** Sources of time series of keywords of the same series. */
  readonly plots: readonly DataSource[];
}

/** Images of a strip: as many as one looks through, and a player shows in some seconds. */
export const MOST_SHOWN = 100;
/** The largest picture of the page. */
export const LARGE_SIZE = 1024;

/**
 * Finds the images of a range, the chosen one with its header, and how all of them look.
 * Errors: those of the archive; what is wrong with one image the page says in its place.
 */
export async function gatherImages(
  context: QueryContext,
  { source, images, range: valid }: AskedImages,
  range: TimeRange,
  question: ImagesQuestion,
): Promise<ImagesView> {
  const plots = await keywordSources(context, source);
  if (valid === undefined) return { source, range, plots };
  const us2000 = question.time === undefined ? undefined : timeToUs2000(question.time);
  const { list, found, some } = await withImages(context, images, "none", async (archive) => {
    const listed = await listImages(archive, images, valid, {
      channel: question.channel,
      us2000,
      most: MOST_SHOWN,
    });
    const find = (record: ImageRecord | undefined) =>
      record === undefined
        ? undefined
        : findImage(
            archive,
            images,
            record.us2000,
            listed.channel === undefined ? undefined : record.channel,
          );
    const chosen = await find(listed.chosen);
    const examples: FoundImage[] = [];
    for (const record of question.look.range === undefined ? spread(listed.shown) : []) {
      const example = await find(record);
      if (example !== undefined) examples.push(example);
    }
    return { list: listed, found: chosen, some: examples };
  });
  if (found === undefined) return { source, range, list, plots };
  const usual = recordLook(found, question.look, images.look, LARGE_SIZE);
  const ends = usual.look.range ?? (await commonRange(context, images, some, question.look));
  const how = ends === undefined ? usual : { ...usual, look: { ...usual.look, range: ends } };
  const header = await recordHeader(context, images, found);
  return { source, range, list, chosen: { found, how, header }, plots };
}

/** The first, the last, and one between. */
function spread(records: readonly ImageRecord[]): readonly ImageRecord[] {
  const last = records.length - 1;
  const places = new Set([0, Math.floor(last / 2), last]);
  return [...places].flatMap((at) => records[at] ?? []);
}

/** The sources that give keywords of the series of a source as time series, by their ids; hidden ones are not told of. */
async function keywordSources({ site }: QueryContext, source: DataSource): Promise<readonly DataSource[]> {
  const series = seriesName(source);
  if (series === undefined) return [];
  const listed = await listedSources(site, await site.sources.list());
  return listed.filter((one) => isOfKeywords(one) && seriesName(one) === series);
}

/** The sources of images that may be listed, by their ids. */
export async function imageSources({ site }: QueryContext): Promise<readonly DataSource[]> {
  const all = [...(await site.sources.listFiles()), ...(await site.sources.list())];
  const found = (await listedSources(site, all)).filter(hasImages);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Those that everybody may read and that are at home here; folders are no sources. */
async function listedSources(
  { sources }: QueryContext["site"],
  entries: Awaited<ReturnType<QueryContext["site"]["sources"]["list"]>>,
): Promise<DataSource[]> {
  const found: DataSource[] = [];
  for (const { id } of entries) {
    if (id.endsWith("/")) continue;
    try {
      const source = await sources.find(id);
      if (source?.reader !== undefined && !source.hidden && source.access.length === 0) found.push(source);
    } catch (error) {
      if (!isDasError(error, "BAD_DEFINITION")) throw error;
    }
  }
  return found;
}
