import { DasError } from "../errors/das-error.js";
import { type Column, ELEMENT_BYTES } from "./column.js";
import { type CompressedLayout, pixelsPerByte, type TileNumber } from "./compressed-layout.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import { checkExtent, type Heap, readDescriptor, readHeap } from "./heap.js";
import { countOf } from "./region.js";
import type { CodedTile } from "./tile-codec.js";
import { tileRegion } from "./tile-grid.js";

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
  const bytes = await readHeap(file.source, layout.heap, extents);
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
    const { length, offset } = extentIn(column, row, layout.heap, tile);
    if (length > 0) return { tile, stored, offset, length, row };
  }
  throw new DasError("BAD_FITS_DATA", `tile ${tile + 1} has no data`);
}

function extentIn(
  column: Column,
  row: DataView,
  heap: Heap,
  tile: number,
): { length: number; offset: number } {
  const { count, offset } = readDescriptor(row, column.offset, column.descriptor);
  // 1PB holds bytes; 1PI of UNCOMPRESSED_DATA holds 16-bit values.
  const length = Math.ceil(count * ELEMENT_BYTES[column.type]);
  if (length === 0) return { length, offset: 0 };
  checkExtent(heap, { offset, length }, `tile ${tile + 1}`);
  if (length > MAX_CODED_BYTES)
    throw new DasError(
      "FITS_TOO_LARGE",
      `tile ${tile + 1} has ${length} bytes, expected at most ${MAX_CODED_BYTES}`,
    );
  return { length, offset };
}

function codedTile(layout: CompressedLayout, { tile, stored, row }: Extent, bytes: Uint8Array): CodedTile {
  const pixels = countOf(tileRegion(layout.grid, tile).size);
  if (pixels > bytes.length * pixelsPerByte(layout.codec))
    throw new DasError(
      "BAD_FITS_DATA",
      `tile ${tile + 1} declares ${pixels} pixels in ${bytes.length} bytes, which cannot hold them`,
    );
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
