import type { Region } from "./region.js";

/** How an image is divided into tiles; tiles are counted along axis 1 first. */
export interface TileGrid {
  readonly shape: readonly number[];
  readonly tile: readonly number[];
  /** Tiles along each axis. */
  readonly counts: readonly number[];
  readonly tiles: number;
}

/** Divides a shape; tiles at the upper ends are cut. */
export function tileGrid(shape: readonly number[], tile: readonly number[]): TileGrid {
  const counts = shape.map((length, i) => Math.ceil(length / tile[i]!));
  return {
    shape,
    tile,
    counts,
    tiles: counts.reduce((all, count) => all * count, shape.length === 0 ? 0 : 1),
  };
}

/** Where the tile of an index (from 0) stands. */
export function tileRegion({ shape, tile, counts }: TileGrid, index: number): Region {
  const start: number[] = [];
  const size: number[] = [];
  let rest = index;
  for (let i = 0; i < shape.length; i++) {
    const at = rest % counts[i]!;
    rest = (rest - at) / counts[i]!;
    start.push(at * tile[i]!);
    size.push(Math.min(tile[i]!, shape[i]! - at * tile[i]!));
  }
  return { start, size };
}

/** The tiles that a region touches, ascending. */
export function* tilesOf({ tile, counts }: TileGrid, region: Region): Generator<number> {
  if (region.size.includes(0) || region.size.length === 0) return;
  const first = region.start.map((start, i) => Math.floor(start / tile[i]!));
  const last = region.start.map((start, i) => Math.floor((start + region.size[i]! - 1) / tile[i]!));
  const at = [...first];
  for (;;) {
    let index = 0;
    for (let i = at.length - 1; i >= 0; i--) index = index * counts[i]! + at[i]!;
    yield index;
    let axis = 0;
    for (; axis < at.length; axis++) {
      at[axis]!++;
      if (at[axis]! <= last[axis]!) break;
      at[axis] = first[axis]!;
    }
    if (axis === at.length) return;
  }
}

/** What two regions share, in the coordinates of the image. */
export function intersection(a: Region, b: Region): Region {
  const start = a.start.map((first, i) => Math.max(first, b.start[i]!));
  const size = start.map((first, i) =>
    Math.max(0, Math.min(a.start[i]! + a.size[i]!, b.start[i]! + b.size[i]!) - first),
  );
  return { start, size };
}

/** The same region as seen from the first element of another. */
export function within(region: Region, outer: Region): Region {
  return { start: region.start.map((first, i) => first - outer.start[i]!), size: region.size };
}
