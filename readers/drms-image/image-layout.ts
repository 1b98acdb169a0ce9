import type { Property } from "../../stream/model.js";
import { type PlaneSpec, yPlane, yscanPlane } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { labelWithUnit, squaredUnit } from "../archive/unit-text.js";
import { fillProperty, property } from "../stream-parts.js";
import { histogramTags } from "./histogram.js";
import type { ImageProduct, PixelTreatment, Scalar } from "./image-product.js";
import { meridionalTags } from "./meridional.js";
import { boxSide, powerTags } from "./power.js";
import { pixelRings, radialTags } from "./radial.js";
import type { ImageShape } from "./reduction.js";
import { zonalTags } from "./zonal.js";

/** What the pixels of a segment are. */
export interface PixelText {
  /** Name of the segment. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** As a plane has it; empty for none. */
  readonly unit: string;
  /** Values to be shown first. */
  readonly range?: readonly [number, number];
}

/** The planes of the packets of a product, besides x; those of a shape where the product depends on it. */
export function imagePlanes(
  product: ImageProduct,
  treatment: PixelTreatment,
  text: PixelText,
  shape: ImageShape,
): readonly PlaneSpec[] {
  const label = pixelLabel(treatment, text.label);
  const shown = { ...text, ...shownRange(treatment, text) };
  const { unit } = text;
  const table = (axis: Axis, zLabel = label, zUnits = unit, more: readonly Property[] = []): PlaneSpec[] => [
    tablePlane(axis, shown, zLabel, zUnits, more),
  ];
  switch (product.kind) {
    case "zonal":
      return table({ tags: zonalTags(product), label: "Latitude", units: "deg", range: [-90, 90] });
    case "meridional":
      return table({
        tags: meridionalTags(product),
        label: product.carrington ? "Carrington longitude" : "Longitude west of the central meridian",
        units: "deg",
        range: product.carrington ? [0, 360] : [-90, 90],
      });
    case "row":
    case "column": {
      const length = product.kind === "row" ? shape[0] : shape[1];
      const tags = Float64Array.from({ length }, (_, n) => n + 1);
      const across = product.kind === "row" ? "Column" : "Row";
      return table({ tags, label: across, units: "pixel", range: [1, Math.max(2, length)] });
    }
    case "radial":
      return table({
        tags: radialTags(product),
        label: "Distance from the centre of the disk",
        units: "Rsun",
        range: [0, product.rmax],
      });
    case "radial pixels": {
      const rings = pixelRings(shape);
      const tags = Float64Array.from({ length: rings }, (_, n) => n);
      return table({
        tags,
        label: "Distance from the centre of the disk",
        units: "pixel",
        range: [0, rings],
      });
    }
    case "histogram": {
      const { min, max, logarithmic } = product;
      const axis = { tags: histogramTags(product), label, units: unit, range: [min, max] as const };
      return table({ ...axis, ...(logarithmic ? { log: true } : {}) }, "Pixels", "", [LOGARITHMIC]);
    }
    case "power": {
      const side = boxSide(product, shape);
      const cells = product.along === "rows" ? "pixel" : "pixel**2";
      const units = unit === "" ? cells : `${squaredUnit(unit)} ${cells}`;
      return table(
        { tags: powerTags(side), label: "Wavenumber", units: "pixel**-1", range: [1 / side, 0.5], log: true },
        `Power of ${label}`,
        units,
        [LOGARITHMIC],
      );
    }
    case "scalars":
      return product.names.map((name) => scalarPlane(name, label, shown));
    default:
      return product satisfies never;
  }
}

/** A number that is the same for shapes of which a product has the same planes. */
export function formKey(product: ImageProduct, shape: ImageShape): number {
  switch (product.kind) {
    case "row":
      return shape[0];
    case "column":
      return shape[1];
    case "radial pixels":
      return pixelRings(shape);
    case "power":
      return boxSide(product, shape);
    case "zonal":
    case "meridional":
    case "radial":
    case "histogram":
    case "scalars":
      return 0;
    default:
      return product satisfies never;
  }
}

/** Whether the planes of a product are other ones for images of another shape. */
export function dependsOnShape({ kind }: ImageProduct): boolean {
  return kind === "row" || kind === "column" || kind === "radial pixels" || kind === "power";
}

/** What a product of images is called. */
export function productTitle(kind: ImageProduct["kind"], label: string): string {
  switch (kind) {
    case "zonal":
      return `Zonal means of ${label}`;
    case "meridional":
      return `Meridional means of ${label}`;
    case "row":
      return `A row of ${label}`;
    case "column":
      return `A column of ${label}`;
    case "radial":
    case "radial pixels":
      return `Means of ${label} over circles`;
    case "histogram":
      return `Histograms of ${label}`;
    case "power":
      return `Spatial power of ${label}`;
    case "scalars":
      return `Statistics of ${label}`;
    default:
      return kind satisfies never;
  }
}

/** Whether the packets are tables. */
export function isTable({ kind }: ImageProduct): boolean {
  return kind !== "scalars";
}

const LOGARITHMIC = property("zScaleType", "log");

interface Axis {
  readonly tags: Float64Array;
  readonly label: string;
  readonly units: string;
  readonly range: readonly [number, number];
  readonly log?: boolean;
}

function pixelLabel({ unsigned, radial }: PixelTreatment, label: string): string {
  const field = radial ? `${label}, taken as radial` : label;
  return unsigned ? `|${field}|` : field;
}

/** Magnitudes have no use for the part of a range below 0. */
function shownRange({ unsigned }: PixelTreatment, { range }: PixelText): Pick<PixelText, "range"> {
  if (range === undefined) return {};
  const [from, to] = range;
  return { range: unsigned && from < 0 ? [0, Math.max(-from, to)] : range };
}

/** Tags without the last digits that multiplying left, which clients would print. */
function plainTags(tags: Float64Array): Float64Array {
  return tags.map((tag) => Number(tag.toPrecision(12)));
}

function tablePlane(
  axis: Axis,
  { name, range }: PixelText,
  zLabel: string,
  zUnits: string,
  more: readonly Property[],
): PlaneSpec {
  const scaled = more.some((one) => one.name === "zScaleType");
  return yscanPlane({
    name,
    type: LE_REAL4,
    units: zUnits,
    yTags: plainTags(axis.tags),
    yUnits: axis.units,
    properties: [
      property("yLabel", labelWithUnit(axis.label, axis.units)),
      rangeProperty("yRange", axis.range, axis.units),
      property("yScaleType", axis.log === true ? "log" : "linear"),
      property("zLabel", labelWithUnit(zLabel, zUnits)),
      ...(scaled ? more : [...more, property("zScaleType", "linear")]),
      ...(range === undefined ? [] : [rangeProperty("zRange", range, zUnits)]),
      fillProperty("zFill"),
    ],
  });
}

/** What scalars are called, and in which unit they count; `unit` is that of the pixels. */
const SCALAR_TEXTS: Readonly<Record<Scalar, readonly [label: string, units: (unit: string) => string]>> = {
  mean: ["Mean", (unit) => unit],
  rms: ["Root mean square", (unit) => unit],
  std: ["Standard deviation", (unit) => unit],
  min: ["Least", (unit) => unit],
  max: ["Largest", (unit) => unit],
  skew: ["Skewness", () => ""],
  kurtosis: ["Excess kurtosis", () => ""],
  flux: ["Unsigned flux", fluxUnit],
  count: ["Pixels", () => ""],
};

/** 1 gauss through 1 cm^2 is a maxwell. */
function fluxUnit(unit: string): string {
  if (/^(gauss|g)$/i.test(unit)) return "Mx";
  return unit === "" ? "cm**2" : `${unit} cm**2`;
}

function scalarPlane(name: Scalar, label: string, { unit, range }: PixelText): PlaneSpec {
  const [what, unitOf] = SCALAR_TEXTS[name];
  const units = unitOf(unit);
  return yPlane({
    name,
    type: LE_REAL8,
    units,
    properties: [
      property("yLabel", labelWithUnit(name === "count" ? what : `${what} of ${label}`, units)),
      property("yScaleType", "linear"),
      ...(range === undefined || units !== unit ? [] : [rangeProperty("yRange", range, units)]),
      fillProperty("yFill"),
    ],
  });
}

function rangeProperty(name: string, [from, to]: readonly [number, number], units: string): Property {
  return property(name, `${from} to ${to} ${units}`.trim(), "DatumRange");
}
