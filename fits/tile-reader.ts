import { DasError } from "../errors/das-error.js";
import type { Column } from "./column.js";
import type { CompressedLayout, TileNumber } from "./compressed-layout.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { countOf } from "./region.js";
import type { CodedTile } from "./tile-codec.js";
import { tileRegion } from "./tile-grid.js";

/** Bytes that lie between tiles of one batch and are read with them rather than around them. */
const SLACK_BYTES = 1 << 16;
/** Rice counts its bits in 31-bit integers. */
const MAX_CODED_BYTES = 2 ** 28 - 64;

interface Extent {
  readonly tile: number;
  readonly stored: CodedTile["stored"];
  readonly offset: number;
  readonly length: number;
  readonly row: DataView;
}

/**
 * Reads the coded bytes of tiles from the heap; `tiles` ascend. Errors: BAD_FITS_DATA for a descriptor that points outside of the
 * heap or a tile without bytes.
 */
export async function readTiles(
  file: FitsFile,
  hdu: Hdu,
  layout: CompressedLayout,
  tiles: readonly number[],
): Promise<CodedTile[]> {
  const extents: Extent[] = [];
  for (let i = 0; i < tiles.length; ) {
    let next = i + 1;
    while (next < tiles.length && tiles[next] === tiles[next - 1]! + 1) next++;
    const rows = await file.source.read(
      hdu.dataOffset + tiles[i]! * layout.rowBytes,
      (next - i) * layout.rowBytes,
    );
    for (let at = 0; i < next; i++, at += layout.rowBytes) {
      const row = new DataView(rows.buffer, rows.byteOffset + at, layout.rowBytes);
      extents.push(extentOf(layout, tiles[i]!, row));
    }
  }
  const bytes = await readExtents(file, hdu, layout, extents);
  return extents.map((extent, i) => codedTile(layout, extent, bytes[i]!));
}

function extentOf(layout: CompressedLayout, tile: number, row: DataView): Extent {
  // A tile that could not be compressed stands in another column, and then has no bytes in the first.
  const places = [
    [layout.compressed, layout.compressed === layout.plain ? "plain" : "compressed"],
    [layout.gzip, "gzip"],
    [layout.plain, "plain"],
  ] as const;
  for (const [column, stored] of places) {
    if (column === undefined) continue;
    const { length, offset } = readDescriptor(column, row, layout, tile);
    if (length > 0) return { tile, stored, offset, length, row };
  }
  throw new DasError("BAD_FITS_DATA", `tile ${tile + 1} has no data`);
}

function readDescriptor(
  column: Column,
  row: DataView,
  { heapBytes }: CompressedLayout,
  tile: number,
): { length: number; offset: number } {
  const wide = column.descriptor === "Q";
  const count = wide ? Number(row.getBigUint64(column.offset)) : row.getUint32(column.offset);
  const offset = wide ? Number(row.getBigUint64(column.offset + 8)) : row.getUint32(column.offset + 4);
  // 1PB holds bytes; 1PI of UNCOMPRESSED_DATA holds 16-bit values.
  const length = count * ({ I: 2, J: 4, K: 8, E: 4, D: 8 }[column.type as string] ?? 1);
  if (length === 0) return { length: 0, offset: 0 };
  if (offset + length > heapBytes)
    throw new DasError(
      "BAD_FITS_DATA",
      `tile ${tile + 1} is declared as ${length} bytes at ${offset} of a heap of ${heapBytes} bytes`,
    );
  if (length > MAX_CODED_BYTES)
    throw new DasError(
      "FITS_TOO_LARGE",
      `tile ${tile + 1} has ${length} bytes, expected at most ${MAX_CODED_BYTES}`,
    );
  return { length, offset };
}

async function readExtents(
  file: FitsFile,
  hdu: Hdu,
  { heapOffset }: CompressedLayout,
  extents: readonly Extent[],
): Promise<Uint8Array[]> {
  let begin = Number.MAX_SAFE_INTEGER;
  let end = 0;
  let sum = 0;
  for (const { offset, length } of extents) {
    begin = Math.min(begin, offset);
    end = Math.max(end, offset + length);
    sum += length;
  }
  const heap = hdu.dataOffset + heapOffset;
  if (extents.length > 0 && end - begin <= sum + SLACK_BYTES) {
    const bytes = await file.source.read(heap + begin, end - begin);
    return extents.map(({ offset, length }) => bytes.subarray(offset - begin, offset - begin + length));
  }
  const pieces: Uint8Array[] = [];
  for (const { offset, length } of extents) pieces.push(await file.source.read(heap + offset, length));
  return pieces;
}

function codedTile(layout: CompressedLayout, { tile, stored, row }: Extent, bytes: Uint8Array): CodedTile {
  const pixels = countOf(tileRegion(layout.grid, tile).size);
  const { quantised } = layout;
  if (quantised === undefined || stored !== "compressed") return { bytes, pixels, stored };
  const { dithering, seed } = quantised;
  const blank = numberOf(quantised.blank, row);
  return {
    bytes,
    pixels,
    stored,
    quantised: {
      scale: numberOf(quantised.scale, row) ?? 1,
      zero: numberOf(quantised.zero, row) ?? 0,
      ...(blank === undefined ? {} : { blank }),
      dithering,
      ditherRow: tile + seed,
    },
  };
}

function numberOf({ column, value }: TileNumber, row: DataView): number | undefined {
  switch (column?.type) {
    case "D":
      return row.getFloat64(column.offset);
    case "E":
      return row.getFloat32(column.offset);
    case "J":
      return row.getInt32(column.offset);
    case "I":
      return row.getInt16(column.offset);
    default:
      return value;
  }
}
