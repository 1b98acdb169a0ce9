import { pixelsInMemory } from "../../../fits/image.js";
import { disk } from "../../../netdrms/sample/sun/disk.js";
import type { ImageFrame } from "../../../netdrms/sample/sun/image-frame.js";
import { viewpoint } from "../../../netdrms/sample/sun/viewpoint.js";
import type { ImageProduct, PixelTreatment } from "../../../readers/drms-image/image-product.js";
import { type ImageNumbers, reduceImage } from "../../../readers/drms-image/reduce-image.js";
import type { SunFrame } from "../../../sun/sun-frame.js";

const ARCSEC = Math.PI / 648_000;

/** What a pixel of a made image sees: latitude and longitude west of the central meridian, degrees, and the cosine. */
export interface Seen {
  readonly latitude: number;
  readonly west: number;
  readonly mu: number;
}

/** An image of the Sun by a formula; pixels off the disk are NaN. The geometry is that of the sample archive, not of the reader. */
export interface MadeDisk {
  readonly frame: SunFrame;
  readonly size: number;
  readonly pixels: Float64Array<ArrayBuffer>;
}

/** The Sun of 2012-09-06, when the north pole is turned to the Earth as far as it goes. */
export const NORTH_POLE_SEEN = 1_125_619_216;

export function madeDisk(
  size: number,
  roll: number,
  value: (seen: Seen) => number,
  time = NORTH_POLE_SEEN,
): MadeDisk {
  const view = viewpoint(time);
  const image: ImageFrame = {
    size,
    scale: 2200 / size,
    centreX: size / 2 + 3.25,
    centreY: size / 2 - 1.5,
    roll,
  };
  const seen = disk(image, view);
  const pixels = new Float64Array(size * size).fill(Number.NaN);
  const b = (view.latitude * Math.PI) / 180;
  for (let i = 0; i < seen.index.length; i++) {
    const [n, r, w] = [seen.n[i]!, seen.r[i]!, seen.w[i]!];
    pixels[seen.index[i]!] = value({
      latitude: Math.asin(n * Math.cos(b) + r * Math.sin(b)) / (Math.PI / 180),
      west: Math.atan2(w, r * Math.cos(b) - n * Math.sin(b)) / (Math.PI / 180),
      mu: seen.mu[i]!,
    });
  }
  return {
    size,
    pixels,
    frame: {
      pixel: [image.centreX, image.centreY],
      scale: [image.scale, image.scale],
      value: [0, 0],
      roll,
      radius: Math.asin(1 / seen.projection.distance) / ARCSEC,
      latitude: view.latitude,
      longitude: view.longitude,
    },
  };
}

/** Values as they are. */
export const PLAIN: PixelTreatment = { unsigned: false, radial: false };

/** A product of an image in memory, by default without a frame. */
export function productOf(
  pixels: Float64Array<ArrayBuffer>,
  shape: readonly number[],
  product: ImageProduct,
  more: { readonly frame?: SunFrame; readonly treatment?: PixelTreatment } = {},
): Promise<ImageNumbers> {
  return reduceImage(
    pixelsInMemory(pixels, shape),
    { bzero: 0, bscale: 1 },
    {
      product,
      treatment: more.treatment ?? PLAIN,
      ...(more.frame === undefined ? {} : { frame: more.frame }),
    },
  );
}
