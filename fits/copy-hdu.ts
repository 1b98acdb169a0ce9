import { DasError } from "../errors/das-error.js";
import type { ByteSink } from "./byte-sink.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { rangeSum } from "./hdu-sums.js";
import { HduWriter } from "./hdu-writer.js";
import type { Header } from "./header.js";
import { readPieces } from "./read-pieces.js";
import { inBlocks, readStructure } from "./structure.js";

/** How a unit is copied. */
export interface CopyOptions {
  /** Whether `CHECKSUM` and `DATASUM` are written; without, a header that was changed loses them. */
  readonly checksum?: boolean;
  /**
   * The sum of the data where the caller has read them already, which is taken for true; else they are read twice where the sink
   * takes no patch.
   */
  readonly dataSum?: number;
}

/** Words that say how to read the data; with another value the bytes would mean something else. */
const DESCRIBING_DATA =
  /^(BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|THEAP|TFORM\d+|TBCOL\d+|ZIMAGE|ZCMPTYPE|ZBITPIX|ZNAXIS\d*|ZTILE\d+|ZNAME\d+|ZVAL\d+|ZQUANTIZ|ZDITHER0)$/;

/**
 * Copies a unit with another header; its data, compressed tiles too, pass through untouched, a megabyte at a time. Without a header
 * the copy is exact.
 *
 * Errors: BAD_FITS_HEADER where the header would make the data mean something else.
 * Source: netdrms-export A8 (the stored compression is the wanted one).
 */
export async function copyHdu(
  sink: ByteSink,
  file: FitsFile,
  hdu: Hdu,
  header?: Header,
  { checksum = false, dataSum }: CopyOptions = {},
): Promise<void> {
  const { dataBytes } = hdu.structure;
  const there = Math.min(inBlocks(dataBytes), file.source.byteLength - hdu.dataOffset);
  if (header === undefined && !checksum) {
    await sink.write(hdu.header.bytes());
    await readPieces(file.source, hdu.dataOffset, there, (piece) => sink.write(piece));
    // A file may lack the padding at its end.
    if (there < inBlocks(dataBytes)) await sink.write(new Uint8Array(inBlocks(dataBytes) - there));
    return;
  }
  const wanted = header ?? hdu.header;
  if (header !== undefined) checkSameData(file, hdu, header);
  const padding = hdu.structure.kind === "ascii table" ? 0x20 : 0;
  const writer = await HduWriter.begin(sink, wanted, dataBytes, {
    checksum,
    padding,
    ...(dataSum !== undefined
      ? { dataSum, trusted: true }
      : checksum && !("patch" in sink)
        ? { dataSum: await rangeSum(file.source, hdu.dataOffset, there) }
        : {}),
  });
  await readPieces(file.source, hdu.dataOffset, dataBytes, (piece) => writer.write(piece));
  await writer.end();
}

function checkSameData(file: FitsFile, hdu: Hdu, header: Header): void {
  const { dataBytes } = readStructure(header, header.has("XTENSION") ? 1 : 0, file.limits);
  if (dataBytes !== hdu.structure.dataBytes)
    throw new DasError(
      "BAD_FITS_HEADER",
      `a header for ${dataBytes} bytes of data, the unit has ${hdu.structure.dataBytes}`,
    );
  const said = (one: Header): string =>
    one.cards
      .flatMap((card) =>
        card.kind === "value" && DESCRIBING_DATA.test(card.keyword)
          ? [`${card.keyword}=${"value" in card.value ? String(card.value.value) : ""}`]
          : [],
      )
      .sort()
      .join("\n");
  const [before, after] = [said(hdu.header), said(header)];
  if (before === after) return;
  const lines = new Set(before.split("\n"));
  const other = after.split("\n").find((line) => !lines.has(line)) ?? "a card is missing";
  throw new DasError("BAD_FITS_HEADER", `the new header describes the data otherwise: ${other}`);
}
