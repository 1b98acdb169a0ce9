import { declareArguments } from "../../netdrms/module/check-declaration.js";
import type { ModuleValues } from "../../netdrms/module/declaration.js";
import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS } from "../archive/record-arguments.js";
import { SCALARS } from "./image-product.js";

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
/** Where their values came from. */
export type ImageOrigins = ParsedArguments<typeof IMAGE_ARGUMENTS>["origins"];
