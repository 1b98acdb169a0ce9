import type { DataSource } from "../../dsdf/data-source.js";
import { timeText } from "../../dsdf/stages.js";
import { type TimeRange, us2000ToTime } from "../../stream/time.js";
import { encodedPath, queryOf, queryWord } from "../../stream/url-text.js";
import { imageTimeText } from "./asked-images.js";
import type { RecordLook } from "./image-look.js";
import type { FoundImage, ImageRecord } from "./image-records.js";
import { imagesQuery } from "./images-question.js";

/** What all links of one page have in common. */
export interface LinkBase {
  readonly mount: string;
  readonly source: DataSource;
  readonly range: TimeRange;
  readonly channel: string | undefined;
  /** Of the words that say how pictures look, those that were asked for. */
  readonly lookTexts: Readonly<Record<string, string>>;
}

/** The page over a range, with one image chosen. */
export function pageLink(base: LinkBase, range: TimeRange, us2000?: number): string {
  const { mount, source, channel, lookTexts } = base;
  const time = us2000 === undefined ? undefined : imageTimeText(us2000);
  return `${mount}/images?${imagesQuery(source.id, range, { channel, ...lookTexts, time })}`;
}

/** What addresses of pictures begin with; `&time=…&recnum=…&size=…` follows. The range of values is that of all of them. */
export function pictureBase(base: LinkBase, { look }: RecordLook): string {
  const words = {
    channel: base.channel,
    ...base.lookTexts,
    range: look.range === undefined ? undefined : look.range.join(","),
  };
  return `${base.mount}/quicklook/${encodedPath(base.source.id)}?${queryOf(words)}`;
}

/** The picture of a record of that size. */
export function pictureLink(base: string, { us2000, recnum }: ImageRecord, size: number): string {
  return `${base}&time=${imageTimeText(us2000)}&recnum=${recnum}&size=${size}`;
}

/** A line of a list of links. */
export interface FileLink {
  readonly href: string;
  readonly text: string;
  /** Not of the image but of the whole range. */
  readonly isOfRange?: true;
}

/** Where the files of an image and of the whole range can be had: from a source that gives files, as it gives them. */
export function fileLinks(base: LinkBase, found: FoundImage, pictures: string): readonly FileLink[] {
  const { source, range, mount } = base;
  const png: FileLink = { href: pictureLink(pictures, found, 2048), text: "PNG" };
  if (source.form !== "file") return [png];
  const instant = { begin: us2000ToTime(found.us2000), end: us2000ToTime(found.us2000 + 1) };
  const { extension } = source.fileType;
  const isOne = /^fi?ts$/i.test(extension);
  return [
    { href: dataLink(mount, source.id, instant), text: isOne ? "FITS" : `FITS (${extension})` },
    png,
    ...(isOne
      ? []
      : [
          {
            href: dataLink(mount, source.id, range),
            text: `FITS of the whole range (${extension})`,
            isOfRange: true as const,
          },
        ]),
  ];
}

function dataLink(mount: string, id: string, { begin, end }: TimeRange): string {
  return `${mount}?server=dataset&dataset=${queryWord(id)}&start_time=${timeText(begin)}&end_time=${timeText(end)}`;
}

/** The plot of a source over a range. */
export function plotLink(mount: string, { id }: DataSource, { begin, end }: TimeRange): string {
  return `${mount}/plot?source=${queryWord(id)}&begin=${timeText(begin)}&end=${timeText(end)}`;
}
