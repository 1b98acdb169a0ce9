import { DasError } from "../../errors/das-error.js";
import type { ByteSink, PatchableSink } from "../../fits/byte-sink.js";
import { copyHdu } from "../../fits/copy-hdu.js";
import type { FitsFile, Hdu } from "../../fits/fits-file.js";
import { rangeSum, setSums } from "../../fits/hdu-sums.js";
import { HduWriter } from "../../fits/hdu-writer.js";
import { BLOCK_BYTES, type Header } from "../../fits/header.js";
import type { FitsImage, PixelSource } from "../../fits/image.js";
import { emptyPrimary } from "../../fits/image-header.js";
import { firstImageHdu, openImage } from "../../fits/open-image.js";
import type { Scaling } from "../../fits/scaling.js";
import { inBlocks } from "../../fits/structure.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { compressionChoice, type ImageCompression } from "../segments/image-compression.js";
import { writeImageUnits } from "../segments/write-image-units.js";
import { imageOfSlot } from "./image-of-slot.js";

/** A file of an export that is ready to be written. */
export type PreparedFile = {
  /** What a person should know of it, a line each. */
  readonly notes: readonly string[];
} & (
  | {
      /** Its size is known and it is written from begin to end: it may go to a pipe. */
      readonly kind: "direct";
      readonly byteLength: number;
      write(sink: ByteSink): Promise<void>;
    }
  | {
      /** Its size shows when it is written. */
      readonly kind: "patched";
      /** An upper bound that says whether it can be kept in memory, bytes. */
      readonly atMostBytes: number;
      write(sink: PatchableSink): Promise<void>;
    }
);

/** How the image of a stored file is exported. */
export interface ImageExport {
  readonly compression: ImageCompression;
  /** Puts the cards of the record into the image's own header. */
  readonly complete: (header: Header) => void;
  /** The slot of a file that holds a slice for each (protocol `tas`). */
  readonly slot?: number;
  /** Gives another image in the place of the stored one, and changes the complete header accordingly. */
  readonly process?: ProcessImage;
  readonly workers?: TileWorkers;
}

/** Makes another image out of one; `scaling` is that of the stored values, the header is changed. */
export type ProcessImage = (image: PixelSource, scaling: Scaling, header: Header) => Promise<PixelSource>;

/**
 * Prepares the export of the first image of a stored file: its data unit passes untouched where it already has the wanted
 * compression and place, else it is written anew, pixel by pixel the same. A plain image stands in the primary unit, a compressed one
 * in the first extension behind an empty primary unit; the full header goes with the image.
 *
 * Errors: BAD_FITS_DATA where there is no image or it is not the one that its DATASUM was made of; those of reading it.
 * Source: export A2, A4, A8.
 */
export async function prepareImage(file: FitsFile, how: ImageExport): Promise<PreparedFile> {
  const hdu = firstImageHdu(file);
  if (hdu === undefined) throw new DasError("BAD_FITS_DATA", "the stored file has no image");
  const whole = openImage(file, hdu, how.workers);
  const header = hdu.header.clone();
  how.complete(header);
  const asStored = async (notes: readonly string[]): Promise<PreparedFile> => ({
    ...(await copiedFile(file, hdu, header)),
    notes,
  });
  // What is stored as wished passes, whatever would be written anew.
  const mayPass = how.slot === undefined && how.process === undefined;
  if (mayPass && isStoredSo(whole, how.compression)) return asStored([]);
  const unprocessed = how.slot === undefined ? whole : imageOfSlot(whole, how.slot);
  const image = (await how.process?.(unprocessed, whole.scaling, header)) ?? unprocessed;
  const { choice, note } = compressionChoice(ofAxes(how.compression, image.shape.length), image.bitpix);
  const notes = note === undefined ? [] : [note];
  if (mayPass && isStoredSo(whole, choice)) return asStored(notes);
  return { ...rewrittenFile(image, header, choice, how.workers), notes };
}

/** A choice for so many axes: of a file of slots the series gives tiles with an axis more than the image of one slot has. */
function ofAxes(choice: ImageCompression, axes: number): ImageCompression {
  if (choice.kind === "none" || choice.tile === undefined) return choice;
  return { ...choice, tile: choice.tile.slice(0, axes) };
}

/** Whether the unit can be taken as it stands. */
function isStoredSo({ compression, tile, hdu }: FitsImage, wanted: ImageCompression): boolean {
  if (wanted.kind === "none") return compression === undefined && hdu.index === 0;
  return (
    compression === wanted.algorithm &&
    (wanted.tile === undefined || wanted.tile.every((length, axis) => length === tile?.[axis]))
  );
}

type Prepared = PreparedFile extends infer T ? (T extends unknown ? Omit<T, "notes"> : never) : never;

async function copiedFile(file: FitsFile, hdu: Hdu, header: Header): Promise<Prepared> {
  const { dataBytes } = hdu.structure;
  // Read once before the first byte goes out: what cannot be read is found while it can still be told.
  const dataSum = await checkedSum(file, hdu);
  const primary = hdu.structure.kind === "compressed image" ? emptyPrimary() : undefined;
  const withSums = header.clone();
  setSums(withSums, dataSum);
  return {
    kind: "direct",
    byteLength: (primary === undefined ? 0 : BLOCK_BYTES) + withSums.bytes().length + inBlocks(dataBytes),
    async write(sink) {
      if (primary !== undefined) await (await HduWriter.begin(sink, primary, 0)).end();
      await copyHdu(sink, file, hdu, header, { checksum: true, dataSum });
    },
  };
}

/** The sum of a data unit. Errors: BAD_FITS_DATA where its header says another. */
async function checkedSum({ source }: FitsFile, { header, structure, dataOffset }: Hdu): Promise<number> {
  const end = Math.min(dataOffset + inBlocks(structure.dataBytes), source.byteLength);
  const sum = await rangeSum(source, dataOffset, end - dataOffset);
  const stored = header.get("DATASUM");
  if (stored?.kind === "string" && /^\d+$/.test(stored.value.trim()) && Number(stored.value) !== sum)
    throw new DasError(
      "BAD_FITS_DATA",
      `the data of the stored file do not add up: DATASUM ${stored.value.trim()}, found ${sum}`,
    );
  return sum;
}

function rewrittenFile(
  image: PixelSource,
  header: Header,
  choice: ImageCompression,
  workers: TileWorkers | undefined,
): Prepared {
  const pixelBytes = image.shape.reduce((n, length) => n * length, Math.abs(image.bitpix) / 8);
  return {
    kind: "patched",
    // Compression may lengthen what is noise, by a few bytes a tile.
    atMostBytes: header.bytes().length + Math.ceil(pixelBytes * 1.25) + 4 * BLOCK_BYTES,
    write: (sink) => writeImageUnits(sink, image, header, choice, workers),
  };
}
