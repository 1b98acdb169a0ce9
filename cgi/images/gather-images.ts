import type { DataSource } from "../../dsdf/data-source.js";
import type { ReaderArchive } from "../../readers/archive/archive-connection.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import type { QueryContext } from "../query.js";
import type { AskedImages } from "./asked-images.js";
import { commonRange } from "./common-range.js";
import { recordHeader, type ShownHeader } from "./header-cards.js";
import { type RecordLook, recordLook } from "./image-look.js";
import { type FoundImage, findImage, type ImageRecord } from "./image-records.js";
import { type ImagesQuestion, usualRange } from "./images-question.js";
import { type ImageList, listImages } from "./list-images.js";
import { keywordSources } from "./listed-sources.js";
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
  /** To choose from: of the range, else of the range that the source is usually shown with. */
  readonly channels: readonly string[];
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
  asked: AskedImages,
  range: TimeRange,
  question: ImagesQuestion,
): Promise<ImagesView> {
  const { source, images } = asked;
  const plots = await keywordSources(context, source);
  const { list, channels, found, some } = await withImages(context, images, "none", (archive) =>
    findShown(archive, asked, question, context.site.now()),
  );
  const view = { source, range, channels, plots, ...(list === undefined ? {} : { list }) };
  if (found === undefined) return view;
  const usual = recordLook(found, question.look, images.look, LARGE_SIZE);
  const ends = usual.look.range ?? (await commonRange(context, images, some, question.look));
  const how = ends === undefined ? usual : { ...usual, look: { ...usual.look, range: ends } };
  const header = await recordHeader(context, images, found);
  return { ...view, chosen: { found, how, header } };
}

/** What the archive has of a question; `some` of the images stand for all where their values are to have one range. */
interface Shown {
  readonly list?: ImageList;
  readonly channels: readonly string[];
  readonly found?: FoundImage;
  readonly some: readonly FoundImage[];
}

async function findShown(
  archive: ReaderArchive,
  asked: AskedImages,
  { channel, time, look }: ImagesQuestion,
  now: Date,
): Promise<Shown> {
  const { images, range } = asked;
  const us2000 = time === undefined ? undefined : timeToUs2000(time);
  const wish = { channel, us2000, most: MOST_SHOWN };
  const list = range === undefined ? undefined : await listImages(archive, images, range, wish);
  const isEmpty = list === undefined || (list.count === 0 && list.channels.length === 0);
  const channels = isEmpty ? await usualChannels(archive, asked, now) : list.channels;
  if (list?.chosen === undefined) return { ...(list === undefined ? {} : { list }), channels, some: [] };
  const find = (record: ImageRecord) =>
    findImage(archive, images, record.us2000, list.channel === undefined ? undefined : record.channel);
  const found = await find(list.chosen);
  const some: FoundImage[] = [];
  for (const record of look.range === undefined ? spread(list.shown) : []) {
    const example = await find(record);
    if (example !== undefined) some.push(example);
  }
  return { list, channels, some, ...(found === undefined ? {} : { found }) };
}

/** The channels of the range that the source is usually shown with; none where not everybody may have that. */
async function usualChannels(
  archive: ReaderArchive,
  { source, images }: AskedImages,
  now: Date,
): Promise<readonly string[]> {
  if (source.access.length > 0) return [];
  return (await listImages(archive, images, usualRange(source, now), { most: 1 })).channels;
}

/** The first, the last, and one between. */
function spread(records: readonly ImageRecord[]): readonly ImageRecord[] {
  const last = records.length - 1;
  const places = new Set([0, Math.floor(last / 2), last]);
  return [...places].flatMap((at) => records[at] ?? []);
}
