/**
 * FITS files: headers, images, tables, tile compression, checksums; by ranges, without loading a file.
 * Source: FITS 4.0.
 */
export { type AsciiColumn, type AsciiTable, openAsciiTable } from "./ascii-table.js";
export {
  type BinaryTable,
  type ColumnValues,
  columnScaling,
  openTable,
  type RowRange,
} from "./binary-table.js";
export {
  type ByteSink,
  createFileSink,
  type FileSink,
  isPatchable,
  type MemorySink,
  memorySink,
  type PatchableSink,
} from "./byte-sink.js";
export { type ByteSource, memorySource } from "./byte-source.js";
export type { Card, CommentaryCard, ValueCard } from "./card.js";
export type { FitsValue } from "./card-value.js";
export { DataSum, decodeSum, encodeSum } from "./checksum.js";
export type { Column, ElementType } from "./column.js";
export type { CompressionChoice } from "./compressed-header.js";
export { type CopyOptions, copyHdu } from "./copy-hdu.js";
export type { ElementArray } from "./elements.js";
export { type FileSource, handleSource, openFileSource } from "./file-source.js";
export { type FitsFile, type Hdu, openFitsFile } from "./fits-file.js";
export { headerSum, type SumCheck, setSums, verifySums } from "./hdu-sums.js";
export { HduWriter, type WriteOptions } from "./hdu-writer.js";
export { type CardPlace, Header, type ValueInput } from "./header.js";
export { type Band, type FitsImage, imageBands, type PixelSource, pixelsInMemory } from "./image.js";
export { describingCards, emptyPrimary, type ImageForm, imageHeader } from "./image-header.js";
export { DEFAULT_FITS_LIMITS, type FitsLimits } from "./limits.js";
export { firstImageHdu, openImage } from "./open-image.js";
export type { PixelArray } from "./pixels.js";
export { commentaryCards, valueCard } from "./print-card.js";
export { fitsReal, formatReal } from "./print-value.js";
export type { Region } from "./region.js";
export { type ExactIntegers, exactIntegers, physicalValues, type Scaling } from "./scaling.js";
export type { Bitpix, HduKind, Structure } from "./structure.js";
export type { Algorithm, TileWorkers } from "./tile-codec.js";
export { type TilePool, tilePool } from "./tile-pool.js";
export { type WriteCompressedOptions, writeCompressedImage } from "./write-compressed.js";
export { type WriteImageOptions, writeImage } from "./write-image.js";
export {
  type ColumnInput,
  type RowChunk,
  type TableColumnSpec,
  type TableSpec,
  type WriteTableOptions,
  writeTable,
} from "./write-table.js";
