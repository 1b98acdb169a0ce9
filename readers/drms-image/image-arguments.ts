import { DasError, type ErrorCode } from "../../errors/das-error.js";
import { declareArguments } from "../../netdrms/module/check-declaration.js";
import { keyOf } from "../../netdrms/module/collect.js";
import type { ModuleValues } from "../../netdrms/module/declaration.js";
import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS } from "../archive/record-arguments.js";
import { type ImageProduct, type PixelTreatment, SCALARS, type Scalar } from "./image-product.js";

/** What the reader of images takes. */
export const IMAGE_ARGUMENTS = declareArguments({
  name: "drms-image",
  summary:
    "Makes a spectrogram or time series of the images of a series as a das2 stream: a packet a record.",
  params: [
    ...RECORD_PARAMETERS,
    {
      name: "segment",
      type: "STRING",
      optional: true,
      about: "segment with the images; by default the first FITS one",
    },
    {
      name: "product",
      type: "STRINGS",
      default: "mean",
      fromRequest: true,
      about: "what is made of each image, see below",
    },
    {
      name: "value",
      type: "NUME",
      values: ["signed", "unsigned"],
      default: "signed",
      fromRequest: true,
      about: "unsigned: magnitudes of the pixels",
    },
    {
      name: "field",
      type: "NUME",
      values: ["seen", "radial"],
      default: "seen",
      fromRequest: true,
      about: "radial: divided by the heliocentric cosine",
    },
    {
      name: "bins",
      type: "INT",
      optional: true,
      range: "[1,10000]",
      fromRequest: true,
      about: "number of bins; 180, 360 or 100 by default",
    },
    {
      name: "latitude",
      type: "NUME",
      values: ["angle", "area"],
      default: "angle",
      fromRequest: true,
      about: "bins of zonal: of equal angles or areas",
    },
    {
      name: "longitude",
      type: "NUME",
      values: ["meridian", "carrington"],
      default: "meridian",
      fromRequest: true,
      about: "what meridional counts from",
    },
    {
      name: "rmax",
      type: "DOUBLE",
      optional: true,
      range: "(0,4]",
      fromRequest: true,
      about: "largest distance from the disk centre, radii; by default 0.95 or 1.3",
    },
    {
      name: "within",
      type: "DOUBLE",
      optional: true,
      range: "(0,180]",
      fromRequest: true,
      about: "largest angle from the central meridian, or the equator, degrees",
    },
    {
      name: "radius",
      type: "NUME",
      values: ["solar", "pixel"],
      default: "solar",
      fromRequest: true,
      about: "what radial counts in",
    },
    {
      name: "at",
      type: "INT",
      optional: true,
      range: "[1,32768]",
      fromRequest: true,
      about: "number of the row or column, by default the middle one",
    },
    { name: "min", type: "DOUBLE", optional: true, fromRequest: true, about: "least value of histogram" },
    {
      name: "max",
      type: "DOUBLE",
      optional: true,
      fromRequest: true,
      about: "value above the largest of histogram",
    },
    {
      name: "scale",
      type: "NUME",
      values: ["linear", "log"],
      default: "linear",
      fromRequest: true,
      about: "bins of histogram",
    },
    {
      name: "along",
      type: "NUME",
      values: ["circles", "rows"],
      default: "circles",
      fromRequest: true,
      about: "what power is averaged over",
    },
    {
      name: "box",
      type: "INT",
      default: 512,
      range: "[4,1024]",
      fromRequest: true,
      about: "side of the square of power, pixels, even",
    },
    {
      name: "range",
      type: "DOUBLES",
      default: "",
      fromRequest: true,
      about: "values to be shown first, such as -50,50; of magnitudes 0,50",
    },
    {
      name: "threads",
      type: "INT",
      optional: true,
      range: "[0,64]",
      about: "images at a time, 25 MB each; by default one a processor, 4 at most; 0: no threads",
    },
  ],
  flags: [],
  positionals: RANGE_POSITIONALS,
  requestWords: true,
});

/** What the products are, for people. */
export const PRODUCTS_TEXT = `products:
  zonal       means by heliographic latitude; bins, latitude, rmax, within, field
  meridional  means by longitude; bins, longitude, rmax, within, field
  row column  pixels of one row or column; at
  radial      means over circles around the centre of the disk; bins, rmax, radius
  histogram   numbers of pixels by value; min, max, bins, scale
  power       spatial power of a square by wavenumber; box, along
  ${SCALARS.join(",")}  (some of them)
              statistics of the pixels, of those within rmax where that is given; flux is unsigned, through the photosphere`;

/** Values of {@link IMAGE_ARGUMENTS}. */
export type ImageValues = ModuleValues<typeof IMAGE_ARGUMENTS>;
type Origins = ParsedArguments<typeof IMAGE_ARGUMENTS>["origins"];

const RMAX = 0.95;
const RADIAL_RMAX = 1.3;

/**
 * The product that the arguments ask for. Errors: USAGE, or BAD_PARAMETER where a request asks, for arguments that do not go together.
 */
export function imageProduct(values: ImageValues, origins: Origins): ImageProduct {
  const wrong = (message: string, ...names: readonly string[]): DasError => {
    const isAsked = ["product", ...names].some((name) => origins.get(keyOf("parameter", name)) === "request");
    const code: ErrorCode = isAsked ? "BAD_PARAMETER" : "USAGE";
    return new DasError(code, message);
  };
  const { product: words, bins, rmax, within } = values;
  const [kind = "", ...more] = words;
  const scalars = words.map((word) => SCALARS.find((name) => name === word));
  if (words.length > 0 && scalars.every((name) => name !== undefined)) {
    onDisk(rmax, wrong);
    const names = [...new Set<Scalar>(scalars)];
    return { kind: "scalars", names, ...(rmax === undefined ? {} : { rmax }) };
  }
  if (more.length > 0)
    throw wrong(`product = ${words.join(",").slice(0, 80)}, expected one, or some of ${SCALARS.join(",")}`);
  switch (kind) {
    case "zonal":
      onDisk(rmax, wrong);
      return {
        kind,
        bins: bins ?? 180,
        equalArea: values.latitude === 1,
        rmax: rmax ?? RMAX,
        within: within ?? 180,
      };
    case "meridional": {
      onDisk(rmax, wrong);
      const carrington = values.longitude === 1;
      const count = bins ?? (carrington ? 360 : 180);
      if (count < 3) throw wrong(`bins = ${count}, expected 3 or more of longitudes`, "bins");
      return { kind, bins: count, carrington, rmax: rmax ?? RMAX, within: Math.min(within ?? 90, 90) };
    }
    case "row":
    case "column":
      return values.at === undefined ? { kind } : { kind, at: values.at };
    case "radial":
      return values.radius === 1
        ? { kind: "radial pixels" }
        : { kind, bins: bins ?? 100, rmax: rmax ?? RADIAL_RMAX };
    case "histogram": {
      const { min, max } = values;
      const logarithmic = values.scale === 1;
      if (min === undefined || max === undefined || !Number.isFinite(max - min) || min >= max)
        throw wrong("histogram needs min and max, min the smaller one", "min", "max");
      if (logarithmic && min <= 0)
        throw wrong(`min = ${min}, expected more than 0 for logarithmic bins`, "min", "scale");
      return { kind, bins: bins ?? 100, min, max, logarithmic };
    }
    case "power":
      if (values.box % 2 !== 0) throw wrong(`box = ${values.box}, expected an even number`, "box");
      return { kind, along: values.along === 1 ? "rows" : "circles", box: values.box };
    default:
      throw wrong(
        `product = ${kind.slice(0, 40)}, expected zonal, meridional, row, column, radial, histogram, power or some of ${SCALARS.join(",")}`,
      );
  }
}

/** Errors: beyond the limb there is no photosphere. */
function onDisk(rmax: number | undefined, wrong: (message: string, ...names: string[]) => DasError): void {
  if (rmax !== undefined && rmax > 1) throw wrong(`rmax = ${rmax}, expected 1 at most on the disk`, "rmax");
}

/** The values that are to be shown first, if any. Errors: USAGE, BAD_PARAMETER where they are no range. */
export function shownRange({ range }: ImageValues, origins: Origins): readonly [number, number] | undefined {
  const [from, to, ...more] = range;
  if (range.length === 0) return undefined;
  if (from !== undefined && to !== undefined && from < to && more.length === 0) return [from, to];
  throw new DasError(
    origins.get(keyOf("parameter", "range")) === "request" ? "BAD_PARAMETER" : "USAGE",
    `range = ${range.join(",").slice(0, 60)}, expected two numbers, the smaller one first`,
  );
}

/** What is done to pixels before. Errors: USAGE, BAD_PARAMETER where the product does not look at the sphere. */
export function pixelTreatment(
  { value, field }: ImageValues,
  { kind }: ImageProduct,
  origins: Origins,
): PixelTreatment {
  const radial = field === 1;
  if (radial && kind !== "zonal" && kind !== "meridional" && kind !== "scalars")
    throw new DasError(
      origins.get(keyOf("parameter", "field")) === "request" ? "BAD_PARAMETER" : "USAGE",
      `field = radial has no meaning for ${kind}`,
    );
  return { unsigned: value === 1, radial };
}
