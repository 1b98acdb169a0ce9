import { DasError } from "../../errors/das-error.js";
import type { Card } from "../../fits/card.js";
import { Header } from "../../fits/header.js";
import { describingCards, imageHeader } from "../../fits/image-header.js";
import { openImage } from "../../fits/open-image.js";
import { printValue } from "../../fits/print-value.js";
import { completeHeader } from "../../netdrms/export/export-header.js";
import { keywordCards } from "../../netdrms/export/keyword-cards.js";
import { keywordValue } from "../../netdrms/records/record-batch.js";
import { heldRecords } from "../../netdrms/segments/held-records.js";
import { openStoredFits, storedSegment } from "../../netdrms/segments/open-segment.js";
import type { QueryContext } from "../query.js";
import type { FoundImage } from "./image-records.js";
import type { ImageSeries } from "./image-source.js";
import { withImages } from "./open-images.js";

/** A card of a header as it is shown: texts, whatever is in them. */
export interface ShownCard {
  readonly name: string;
  readonly value: string;
  readonly comment: string;
}

/** The header of the exported file of a record. */
export interface ShownHeader {
  readonly cards: readonly ShownCard[];
  /** Why the cards of the stored file are not among them; missing: they are. */
  readonly away?: string;
}

/** Characters of a value that are shown: of longer ones, which continue over many cards, the begin. */
const MOST_CHARACTERS = 2000;
/** Cards that are shown. */
const MOST_CARDS = 2000;

/**
 * The header that the exported FITS file of a record has, without sums: the cards of the stored image, and the values that the database has
 * now. Where the file cannot be had, what the database says alone. Errors: those of the database; CANCELLED.
 */
export async function recordHeader(
  context: Pick<QueryContext, "request" | "site">,
  images: ImageSeries,
  found: FoundImage,
): Promise<ShownHeader> {
  return withImages(context, images, "opened", async (archive) => {
    const { drmsLicense } = archive.settings;
    for await (const { units } of heldRecords(await archive.units(), found.batch, [found.row]))
      try {
        const { file, close } = await openStoredFits(storedSegment(found.segment, found.row, units));
        try {
          const { hdu, bitpix, shape } = openImage(file);
          const cards = describingCards(hdu.header, bitpix);
          return shown(completed(imageHeader({ bitpix, shape, primary: true }, cards), found, drmsLicense));
        } finally {
          await close();
        }
      } catch (error) {
        if (!(error instanceof DasError) || error.code === "CANCELLED" || error.code === "ARCHIVE_AWAY")
          throw error;
        return { ...shown(completed(new Header(), found, drmsLicense)), away: error.message };
      }
    throw new DasError("INTERNAL", "a record was not held");
  });
}

function completed(header: Header, found: FoundImage, license: string): Header {
  const { batch, row, series, segment, recnum } = found;
  const keywords = batch.keywords.map((column) => ({
    keyword: column.keyword,
    source: column.source,
    value: keywordValue(column, row),
  }));
  const { cards } = keywordCards(keywords, segment.segment.number);
  completeHeader(header, cards, {
    recnum,
    drmsId: `${series.name}:${recnum}:${segment.segment.name}`,
    primeKeys: series.primeKeys.map(({ external }) => external.name),
    license,
  });
  return header;
}

function shown(header: Header): ShownHeader {
  const cards = header.cards.filter(({ keyword }) => !/^(CHECKSUM|DATASUM|HEADSUM|)$/.test(keyword));
  return { cards: cards.slice(0, MOST_CARDS).map(shownCard) };
}

function shownCard(card: Card): ShownCard {
  if (card.kind === "commentary") return { name: card.keyword, value: cut(card.text), comment: "" };
  const { value, keyword, comment } = card;
  const text =
    value.kind === "string"
      ? value.value
      : value.kind === "invalid"
        ? value.text
        : value.kind === "undefined"
          ? ""
          : printValue(value).trim();
  return { name: keyword, value: cut(text), comment: cut(comment) };
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
