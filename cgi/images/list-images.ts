import type { ReaderArchive } from "../../readers/archive/archive-connection.js";
import type { TimeRange } from "../../stream/time.js";
import { type ImageRecord, imageRecords, MOST_CHANNELS } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";

/** What is wanted of the images of a range. */
export interface ListWish {
  /** Missing: the first that there is. */
  readonly channel?: string | undefined;
  /** The image nearest to it is the chosen one; missing: the first. */
  readonly us2000?: number | undefined;
  /** Images that are shown at most. */
  readonly most: number;
}

/** The images of a range, of which some are shown. */
export interface ImageList {
  /** Images of the channel that were counted. */
  readonly count: number;
  /** Whether the range has more records than were counted. */
  readonly isCut: boolean;
  /** Of so many images one is shown, from the first on. */
  readonly every: number;
  readonly shown: readonly ImageRecord[];
  /** One of all that were counted; missing where there is none. */
  readonly chosen?: ImageRecord;
  /** Times around the chosen one between which as many images are as can be shown all; the second is that of the last of them. */
  readonly around?: readonly [number, number];
  /** Channels of the range, ascending; none where there are more than can be chosen from. */
  readonly channels: readonly string[];
  /** Of the list. */
  readonly channel?: string;
}

/** Records that are counted: some seconds of the database, some megabytes here. */
const MOST_COUNTED = 200_000;

/**
 * Counts the images of a range and picks those that are shown: evenly, by their number. Errors: those of `imageRecords`.
 * @param mostCounted see {@link ImageList.isCut}
 */
export async function listImages(
  archive: ReaderArchive,
  images: ImageSeries,
  range: TimeRange,
  wish: ListWish,
  mostCounted = MOST_COUNTED,
): Promise<ImageList> {
  const byChannel = new Map<string, ImageRecord[]>();
  let counted = 0;
  let isCut = false;
  let isOne = false;
  for await (const record of imageRecords(archive, images, range)) {
    if (++counted > mostCounted) {
      isCut = true;
      break;
    }
    const known = byChannel.get(record.channel);
    if (known !== undefined) known.push(record);
    else byChannel.set(record.channel, [record]);
    isOne ||= byChannel.size > MOST_CHANNELS;
  }
  // Too many to choose from: all are one series, unless one is asked for.
  if (isOne && wish.channel === undefined)
    return pick([...byChannel.values()].flat().sort(byTime), [], undefined, isCut, wish);
  const channels = [...byChannel.keys()].sort(byNumberOrText);
  const channel = wish.channel ?? channels[0];
  const records = channel === undefined ? [] : (byChannel.get(channel) ?? []);
  return pick(records, isOne ? [] : channels, channel, isCut, wish);
}

function pick(
  records: readonly ImageRecord[],
  channels: readonly string[],
  channel: string | undefined,
  isCut: boolean,
  { us2000, most }: ListWish,
): ImageList {
  const every = Math.max(1, Math.ceil(records.length / most));
  const at = us2000 === undefined ? 0 : nearest(records, us2000);
  const chosen = records[at];
  const first = Math.max(0, Math.min(at - Math.floor(most / 2), records.length - most));
  const last = records[Math.min(first + most, records.length) - 1];
  return {
    count: records.length,
    isCut,
    every,
    shown: records.filter((_, n) => n % every === 0),
    channels,
    ...(channel === undefined ? {} : { channel }),
    ...(chosen === undefined || last === undefined
      ? {}
      : { chosen, around: [records[first]!.us2000, last.us2000] }),
  };
}

function nearest(records: readonly ImageRecord[], us2000: number): number {
  let best = 0;
  for (let n = 1; n < records.length; n++)
    if (Math.abs(records[n]!.us2000 - us2000) < Math.abs(records[best]!.us2000 - us2000)) best = n;
  return best;
}

function byTime(a: ImageRecord, b: ImageRecord): number {
  return a.us2000 - b.us2000;
}

function byNumberOrText(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0);
}
