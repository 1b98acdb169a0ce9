import { DasError } from "../errors/das-error.js";

/** A box of an image: first element from 0 and length for each axis, NAXIS1 first. */
export interface Region {
  readonly start: readonly number[];
  readonly size: readonly number[];
}

/** The whole of an image. */
export function wholeOf(shape: readonly number[]): Region {
  return { start: shape.map(() => 0), size: shape };
}

/** The number of values of a region or a shape. */
export function countOf(size: readonly number[]): number {
  return size.reduce((count, length) => count * length, size.length === 0 ? 0 : 1);
}

/** Errors: BAD_PARAMETER where a region does not lie within the shape. */
export function checkRegion(shape: readonly number[], { start, size }: Region): void {
  const inside =
    start.length === shape.length &&
    size.length === shape.length &&
    shape.every((length, i) => {
      const [first, count] = [start[i]!, size[i]!]; // as long as the shape
      return (
        Number.isSafeInteger(first) &&
        Number.isSafeInteger(count) &&
        first >= 0 &&
        count >= 0 &&
        first + count <= length
      );
    });
  if (!inside)
    throw new DasError(
      "BAD_PARAMETER",
      `region of ${size.join(" x ")} values at (${start.join(", ")}) of an image of ${shape.join(" x ")}`,
    );
}

/**
 * Calls `run(at, to, count)` for every run of neighbouring values of a region: `at` counts values of the whole array, `to` values
 * of the region. Axes that are taken whole are joined into longer runs.
 */
export function eachRun(
  shape: readonly number[],
  region: Region,
  run: (at: number, to: number, count: number) => void,
): void {
  const { start, size } = region;
  if (countOf(size) === 0) return;
  let joined = 0;
  let length = 1;
  let first = 0;
  let stride = 1;
  // One axis more after those taken whole.
  for (; joined < shape.length; joined++) {
    first += start[joined]! * stride;
    length *= size[joined]!;
    stride *= shape[joined]!;
    if (size[joined] !== shape[joined]) {
      joined++;
      break;
    }
  }
  const index = size.map(() => 0);
  for (let to = 0; ; to += length) {
    let at = first;
    let step = stride;
    for (let i = joined; i < shape.length; i++) {
      at += (start[i]! + index[i]!) * step;
      step *= shape[i]!;
    }
    run(at, to, length);
    let axis = joined;
    for (; axis < shape.length; axis++) {
      index[axis]!++;
      if (index[axis]! < size[axis]!) break;
      index[axis] = 0;
    }
    if (axis === shape.length) return;
  }
}

/**
 * Cuts a shape into boxes of at most `most` values (at least one row of axis 1) in the order of the file: the lower axes whole, the
 * next in multiples of its `step`, at least one.
 */
export function* boxes(
  shape: readonly number[],
  most: number,
  steps: readonly number[] = [],
): Generator<Region> {
  if (countOf(shape) === 0) return;
  let cut = 0;
  let whole = 1;
  while (cut < shape.length - 1 && whole * shape[cut]! <= most) whole *= shape[cut++]!;
  // Axis 1 alone is never cut unless it is the only one.
  if (cut === 0 && shape.length > 1) whole = shape[cut++]!;
  const step = steps[cut] ?? 1;
  const fit = Math.max(1, Math.floor(most / whole));
  const length = Math.min(shape[cut]!, Math.max(step, fit - (fit % step)));
  const above = shape.slice(cut + 1);
  const index = above.map(() => 0);
  for (;;) {
    for (let first = 0; first < shape[cut]!; first += length)
      yield {
        start: [...shape.slice(0, cut).map(() => 0), first, ...index],
        size: [...shape.slice(0, cut), Math.min(length, shape[cut]! - first), ...above.map(() => 1)],
      };
    let axis = 0;
    for (; axis < above.length; axis++) {
      index[axis]!++;
      if (index[axis]! < above[axis]!) break;
      index[axis] = 0;
    }
    if (axis === above.length) return;
  }
}

/** A corner in an array of a shape. */
export interface Corner {
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

interface Elements {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly BYTES_PER_ELEMENT: number;
}

/** Copies a box of `size` from one array into another of the same kind; both corners must lie so that it fits. */
export function copyBox(
  from: Elements,
  source: Corner,
  to: Elements,
  target: Corner,
  size: readonly number[],
): void {
  const width = from.BYTES_PER_ELEMENT;
  const bytesFrom = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  const bytesTo = new Uint8Array(to.buffer, to.byteOffset, to.byteLength);
  // The runs of the source are those of its whole rows; the target is asked for each of its rows in the same order.
  const rows: number[] = [];
  const row = [size[0] ?? 0, ...size.slice(1).map(() => 1)];
  if (
    size.every(
      (length, i) => length === source.shape[i] && (length === target.shape[i] || i === size.length - 1),
    )
  ) {
    let at = 0;
    let step = 1;
    target.shape.forEach((length, i) => {
      at += target.start[i]! * step;
      step *= length;
    });
    bytesTo.set(bytesFrom.subarray(0, countOf(size) * width), at * width);
    return;
  }
  eachRow(target, size, (at) => rows.push(at));
  let next = 0;
  eachRow(source, size, (at) =>
    bytesTo.set(bytesFrom.subarray(at * width, (at + row[0]!) * width), rows[next++]! * width),
  );
}

/** Calls `run` with the place of the first element of each row of axis 1. */
function eachRow({ shape, start }: Corner, size: readonly number[], run: (at: number) => void): void {
  if (countOf(size) === 0) return;
  const index = size.map(() => 0);
  for (;;) {
    let at = 0;
    let step = 1;
    for (let i = 0; i < shape.length; i++) {
      at += (start[i]! + index[i]!) * step;
      step *= shape[i]!;
    }
    run(at);
    let axis = 1;
    for (; axis < shape.length; axis++) {
      index[axis]!++;
      if (index[axis]! < size[axis]!) break;
      index[axis] = 0;
    }
    if (axis >= shape.length) return;
  }
}
