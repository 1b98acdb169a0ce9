import type { Card } from "./card.js";
import { Header } from "./header.js";
import type { Bitpix } from "./structure.js";

/** What an image is written as. */
export interface ImageForm {
  readonly bitpix: Bitpix;
  readonly shape: readonly number[];
  /** As the primary unit, or as an extension. */
  readonly primary: boolean;
}

/** Keywords that describe how a unit is stored, not what it holds. */
const STRUCTURAL = /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|TFIELDS|THEAP|BLOCKED)$/;
/** Keywords of a compressed image and of the table it is stored in. */
const COMPRESSION =
  /^(ZIMAGE|ZSIMPLE|ZTENSION|ZEXTEND|ZBLOCKED|ZPCOUNT|ZGCOUNT|ZHECKSUM|ZDATASUM|ZBITPIX|ZNAXIS\d*|ZTILE\d+|ZCMPTYPE|ZNAME\d+|ZVAL\d+|ZQUANTIZ|ZDITHER0|ZBLANK|ZSCALE|ZZERO|ZMASKCMP|TTYPE\d+|TFORM\d+|TUNIT\d+|TNULL\d+|TSCAL\d+|TZERO\d+|TDIM\d+|TDISP\d+)$/;

/**
 * The cards of a header that say what the image is: all but the structural ones and those of a compression; sums keep their place. In
 * the header of a compressed image `ZBLANK` becomes `BLANK` where that is not there, and the name `COMPRESSED_IMAGE` goes.
 */
export function describingCards(header: Header, bitpix: Bitpix): Card[] {
  const compressed = header.has("ZIMAGE");
  const own = header.clone();
  const blank = header.get("ZBLANK");
  if (compressed && bitpix > 0 && blank?.kind === "integer" && !own.has("BLANK")) own.set("BLANK", blank);
  if (compressed && header.get("EXTNAME")?.kind === "string" && header.text("EXTNAME") === "COMPRESSED_IMAGE")
    own.remove("EXTNAME");
  return own.cards.filter(
    ({ keyword }) => !STRUCTURAL.test(keyword) && !(compressed && COMPRESSION.test(keyword)),
  );
}

/** A header that begins with the structural cards of a plain image and goes on with `cards`. Source: FITS 4.0, 4.4.1. */
export function imageHeader({ bitpix, shape, primary }: ImageForm, cards: readonly Card[] = []): Header {
  const header = new Header();
  if (primary) header.set("SIMPLE", true, "conforms to FITS standard");
  else header.set("XTENSION", "IMAGE", "image extension");
  header.set("BITPIX", bitpix, "array data type");
  header.set("NAXIS", shape.length, "number of array dimensions");
  for (const [i, length] of shape.entries()) header.set(`NAXIS${i + 1}`, length);
  if (primary) header.set("EXTEND", true);
  else header.set("PCOUNT", 0, "number of parameters").set("GCOUNT", 1, "number of groups");
  return header.insert(cards);
}

/** The primary unit before an image in an extension. */
export function emptyPrimary(cards: readonly Card[] = []): Header {
  return imageHeader({ bitpix: 8, shape: [], primary: true }, cards);
}
