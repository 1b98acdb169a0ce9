import { DasError } from "../../errors/das-error.js";
import type { Header } from "../../fits/header.js";
import { type PixelSource, pixelsInMemory } from "../../fits/image.js";
import { newPixels, type PixelArray } from "../../fits/pixels.js";
import { copyBox, type Region } from "../../fits/region.js";
import { physicalValues, type Scaling } from "../../fits/scaling.js";
import { type SunFrame, tangentPlane } from "../../sun/sun-frame.js";
import type { PlacedBox } from "./cutout-place.js";

/** How pixels are taken. */
export interface CutMode {
  /** Whether they are interpolated, so that the place is in the middle of the box. */
  readonly registers: boolean;
  /** Whether those beyond the limb become missing. */
  readonly crops: boolean;
}

/** Pixels around a box that an interpolation looks at. */
const MARGIN = 2;
/** Squared distance from the centre of the disk, in radii of the limb, from which on pixels are cropped; as the original has it. */
const LIMB2 = 0.9995;

/**
 * The pixels of a box: stored values as they are, or interpolated physical values as 32-bit reals. What lies outside of the image is
 * missing. The cards of the header that say where and how pixels are follow: `CRPIX1`, `CRPIX2`, and `BLANK`, `BZERO`, `BSCALE`
 * where need be.
 *
 * @param header of the image with the cards of its record; it is changed
 * Errors: BAD_PARAMETER where nothing of the box is in the image; BAD_FITS_DATA for an image that has not two axes, or with missing
 * pixels where all values of its type are taken; those of reading it. Source: export B9 (`im_patch`).
 */
export async function cutImage(
  image: PixelSource,
  scaling: Scaling,
  header: Header,
  box: PlacedBox,
  frame: SunFrame,
  mode: CutMode,
): Promise<PixelSource> {
  const [width = 0, height = 0] = image.shape;
  if (image.shape.length !== 2)
    throw new DasError("BAD_FITS_DATA", `an image of ${image.shape.length} axes, expected two to cut from`);
  const { start, size } = box;
  if (start[0] >= width || start[1] >= height || start[0] + size[0] <= 0 || start[1] + size[1] <= 0)
    throw new DasError("BAD_PARAMETER", "im_patch: nothing of the box is in this image");
  // Of the pixel from 0 in the image that becomes the first of the box.
  const origin = mode.registers
    ? [box.middle[0] - (size[0] - 1) / 2, box.middle[1] - (size[1] - 1) / 2]
    : start;
  const beyond = mode.crops ? beyondLimb(frame, origin) : undefined;
  const pixels = mode.registers
    ? await interpolated(image, scaling, header, origin, size)
    : await stored(image, scaling, header, start, size, beyond !== undefined);
  if (beyond !== undefined) {
    const missing = missingOf(pixels, header);
    for (let y = 0, i = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, i++) if (beyond(x, y)) pixels[i] = missing;
  }
  for (const axis of [0, 1] as const)
    header.set(`CRPIX${axis + 1}`, { kind: "real", value: frame.pixel[axis] - origin[axis]! });
  return pixelsInMemory(pixels, size);
}

/** Tells of a pixel of the box whether it sees what is beyond the limb. */
function beyondLimb(frame: SunFrame, origin: readonly number[]): (x: number, y: number) => boolean {
  const { x0, xx, xy, y0, yx, yy, limb } = tangentPlane(frame);
  return (column, row) => {
    const [x, y] = [column + origin[0]!, row + origin[1]!];
    const west = x0 + xx * x + xy * y;
    const north = y0 + yx * x + yy * y;
    return west * west + north * north >= LIMB2 * limb * limb;
  };
}

/** What marks a missing pixel in this array; for integers the header says it by now. */
function missingOf(pixels: PixelArray, header: Header): never {
  const blank = header.get("BLANK");
  const value =
    pixels instanceof Float32Array || pixels instanceof Float64Array
      ? Number.NaN
      : blank?.kind === "integer"
        ? blank.value
        : 0;
  // Elements of 64-bit arrays are bigints, of the others numbers; both can be assigned as the array's own kind.
  return (pixels instanceof BigInt64Array ? BigInt(value) : Number(value)) as never;
}

async function stored(
  image: PixelSource,
  { blank }: Scaling,
  header: Header,
  start: readonly [number, number],
  size: readonly [number, number],
  crops: boolean,
): Promise<PixelArray> {
  const inside = insideOf(image.shape, start, size);
  const found = await image.read(inside);
  const isWhole = inside.size[0] === size[0] && inside.size[1] === size[1];
  if (isWhole && !crops) return found;
  if (image.bitpix > 0) header.set("BLANK", { kind: "integer", value: blank ?? freeValue(found) });
  if (isWhole) return found;
  const pixels = newPixels(image.bitpix, size[0] * size[1]);
  pixels.fill(missingOf(pixels, header));
  copyBox(
    found,
    { shape: inside.size, start: [0, 0] },
    pixels,
    { shape: size, start: inside.start.map((at, axis) => at - start[axis]!) },
    inside.size,
  );
  return pixels;
}

/** The part of a box that is in an image. */
function insideOf(
  shape: readonly number[],
  start: readonly number[],
  size: readonly [number, number],
): Region {
  const first = start.map((at) => Math.max(0, at));
  const length = size.map((pixels, axis) =>
    Math.max(0, Math.min(shape[axis]!, start[axis]! + pixels) - first[axis]!),
  );
  return { start: first, size: length };
}

/** A value that no pixel has: the least or the greatest of the type. */
function freeValue(pixels: PixelArray): number | bigint {
  if (pixels instanceof BigInt64Array) return -(1n << 63n);
  const bits = 8 * pixels.BYTES_PER_ELEMENT;
  const candidates = pixels instanceof Uint8Array ? [0, 255] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const free = candidates.find((value) => !pixels.some((pixel) => Number(pixel) === value));
  if (free !== undefined) return free;
  throw new DasError("BAD_FITS_DATA", "an image without BLANK that has all values of its type");
}

/** Cubic convolution (Keys 1981, a = -1/2) of physical values; a pixel that a missing one has a part in is missing. */
async function interpolated(
  image: PixelSource,
  scaling: Scaling,
  header: Header,
  origin: readonly number[],
  size: readonly [number, number],
): Promise<PixelArray> {
  const whole = origin.map(Math.floor);
  const fraction = origin.map((at, axis) => at - whole[axis]!);
  const around = [size[0] + 2 * MARGIN, size[1] + 2 * MARGIN] as const;
  const inside = insideOf(
    image.shape,
    whole.map((at) => at - MARGIN),
    around,
  );
  const known = physicalValues(await image.read(inside), scaling);
  const [first, rows] = [
    [inside.start[0]! - whole[0]! + MARGIN, inside.start[1]! - whole[1]! + MARGIN],
    inside.size,
  ];
  const at = (x: number, y: number): number => {
    const [column, row] = [x - first[0]!, y - first[1]!];
    const isInside = column >= 0 && row >= 0 && column < rows[0]! && row < rows[1]!;
    return isInside ? known[row * rows[0]! + column]! : Number.NaN;
  };
  const [wx, wy] = [cubicWeights(fraction[0]!), cubicWeights(fraction[1]!)];
  const pixels = new Float32Array(size[0] * size[1]);
  for (let y = 0, i = 0; y < size[1]; y++)
    for (let x = 0; x < size[0]; x++, i++) {
      let sum = 0;
      for (const [dy, weightY] of wy.entries())
        for (const [dx, weightX] of wx.entries()) {
          const weight = weightX * weightY;
          // Where nothing is moved there are no neighbours to be missing.
          if (weight !== 0) sum += weight * at(x + MARGIN - 1 + dx, y + MARGIN - 1 + dy);
        }
      pixels[i] = sum;
    }
  for (const keyword of ["BLANK", "ZBLANK", "BZERO", "BSCALE"]) header.remove(keyword);
  return pixels;
}

/** Weights of the pixels -1, 0, 1 and 2 for a point that is `t` behind pixel 0. */
function cubicWeights(t: number): readonly [number, number, number, number] {
  const [t2, t3] = [t * t, t * t * t];
  return [
    -0.5 * t3 + t2 - 0.5 * t,
    1.5 * t3 - 2.5 * t2 + 1,
    -1.5 * t3 + 2 * t2 + 0.5 * t,
    0.5 * t3 - 0.5 * t2,
  ];
}
