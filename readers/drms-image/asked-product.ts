import { DasError, type ErrorCode } from "../../errors/das-error.js";
import { keyOf } from "../../netdrms/module/collect.js";
import type { ImageOrigins, ImageValues } from "./image-arguments.js";
import { type ImageProduct, type PixelTreatment, SCALARS, type Scalar } from "./image-product.js";

const RMAX = 0.95;
const RADIAL_RMAX = 1.3;

/**
 * The product that the arguments ask for. Errors: USAGE, or BAD_PARAMETER where a request asks, for arguments that do not go together.
 */
export function imageProduct(values: ImageValues, origins: ImageOrigins): ImageProduct {
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
export function shownRange(
  { range }: ImageValues,
  origins: ImageOrigins,
): readonly [number, number] | undefined {
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
  origins: ImageOrigins,
): PixelTreatment {
  const radial = field === 1;
  if (radial && kind !== "zonal" && kind !== "meridional" && kind !== "scalars")
    throw new DasError(
      origins.get(keyOf("parameter", "field")) === "request" ? "BAD_PARAMETER" : "USAGE",
      `field = radial has no meaning for ${kind}`,
    );
  return { unsigned: value === 1, radial };
}
