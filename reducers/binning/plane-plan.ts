import { DasError } from "../../errors/das-error.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { propertyText, withProperty } from "../../stream/properties.js";
import {
  asciiType,
  LE_REAL4,
  LE_REAL8,
  REAL4,
  REAL8,
  timeType,
  type ValueType,
} from "../../stream/value-type.js";
import type { PositionAxis } from "../positions.js";
import { collapsedPlane, type Geometry, geometryOf } from "./waveform.js";

/** Which planes a filter adds for every plane N of its input; reducers 3.2. */
export interface DerivedPlanes {
  /** N.min, and N.max. */
  readonly range: boolean;
  /** N.max alone. */
  readonly peak: boolean;
  /** N.stddev. */
  readonly deviation: boolean;
  /** N.count, the number of samples of each mean: for cache blocks, from which coarser ones are made. */
  readonly count: boolean;
}

/**
 * How the samples of one plane become one value of a bin; reducers 3.2. `pooled`: deviations, with the means and numbers of samples
 * that they belong to, become the deviation of all samples.
 */
export type Reduction = "mean" | "least" | "greatest" | "quadrature" | "total" | "pooled";

/** What is written of a column: its own value, or one of those that go with a mean. */
export type Statistic = "own" | "least" | "greatest" | "deviation" | "count";

/** A plane of the input and what is to be known of its samples in a bin. */
export interface Column {
  readonly plane: Plane;
  readonly geometry: Geometry;
  readonly reduction: Reduction;
  readonly fill: FillTest;
  /** Whether the least and the greatest sample are needed. */
  readonly bounds: boolean;
  readonly deviation: boolean;
  /** Position among the columns of the one that holds the number of samples behind each value. */
  readonly weights: number | undefined;
  /** Position of the one that holds the means that deviations are about; where they are pooled. */
  readonly centres?: number | undefined;
}

/** A plane of the output, by position among the columns; it stands in the record where the header says. */
export interface OutputValue {
  readonly column: number;
  readonly statistic: Statistic;
  /** Written where there is no good sample. */
  readonly fill: number;
}

/** What becomes of one packet type. */
export interface PlanePlan {
  readonly header: PacketHeader;
  /** One for each plane of the input after x. */
  readonly columns: readonly Column[];
  /** One for each plane of `header` after x. */
  readonly values: readonly OutputValue[];
}

/** What a plan follows from, besides the packet header. */
export interface PlanOptions {
  readonly stream: StreamHeader;
  readonly axis: PositionAxis;
  readonly derived: DerivedPlanes;
  /** Most planes after x in the input. */
  readonly mostPlanes: number;
  /** Width of the bins where waveforms are to become lines; `undefined` where tables stay tables. */
  readonly lineWidthSeconds: number | undefined;
  /** N.count also for the planes of an earlier reduction that are averaged and have none: for cache blocks. */
  readonly countsAll?: boolean;
  /**
   * Whether the values are known to be results with their numbers of samples: a value with samples is never fill, and deviations are
   * pooled where their means are there (by themselves they are averaged in quadrature).
   */
  readonly joinsResults?: boolean;
}

const REDUCTION_OF: Readonly<Record<string, Reduction>> = {
  BIN_AVG: "mean",
  BIN_MIN: "least",
  BIN_MAX: "greatest",
  BIN_STDDEV: "quadrature",
  BIN_COUNT: "total",
};

/**
 * The output of one packet type and how its values come about. A plane that is the result of an earlier reduction
 * (property `operation`) is reduced in kind and gets no further planes.
 * Errors: UNSUITED_STREAM for more planes than the filter can take, those of {@link packetHeader}.
 * Source: reducers 3.2, 3.4, 5.
 */
export function planPlanes(input: PacketHeader, options: PlanOptions): PlanePlan {
  const planes = input.planes.slice(1);
  const { derived, mostPlanes } = options;
  if (planes.length > mostPlanes)
    throw new DasError(
      "UNSUITED_STREAM",
      `packet ${input.id} has ${planes.length} planes besides x, expected at most ${mostPlanes}`,
    );
  const names = new Set(input.planes.map((plane) => plane.name));
  const columns: Column[] = [];
  const originals: PlaneSpec[] = [];
  const additions: { spec: PlaneSpec; value: OutputValue }[] = [];
  const addsAny = derived.range || derived.peak || derived.deviation || derived.count;

  for (const [index, plane] of planes.entries()) {
    const reduction = REDUCTION_OF[propertyText(plane.properties, "operation") ?? ""];
    const fill = planeFill(plane, input, options.stream);
    const geometry = geometryOf(plane, options.stream, options.lineWidthSeconds);
    const adds = addsAny && reduction === undefined;
    const weights = (reduction ?? "mean") === "mean" ? countsOf(plane, planes) : undefined;
    const counts = adds
      ? derived.count
      : options.countsAll === true && (reduction ?? "mean") === "mean" && weights === undefined;
    const centres =
      options.joinsResults === true && reduction === "quadrature" ? centresOf(plane, planes) : undefined;
    const behind = centres?.counts ?? weights;
    columns.push({
      plane,
      geometry,
      reduction: centres === undefined ? (reduction ?? "mean") : "pooled",
      fill:
        options.joinsResults === true && behind !== undefined
          ? { ...fillTest(Number.NaN), fill }
          : fillTest(fill),
      bounds: reduction === "least" || reduction === "greatest" || (adds && (derived.range || derived.peak)),
      deviation: adds && derived.deviation,
      weights: behind,
      ...(centres !== undefined && { centres: centres.means }),
    });
    const own =
      geometry.kind === "table" ? tablePlane(plane) : collapsedPlane(plane, averageType(plane.type), fill);
    if (!adds && !counts) {
      originals.push(own);
      continue;
    }
    const name = own.name === "" ? freeName(plane.role === "yscan" ? "scan" : plane.role, names) : own.name;
    originals.push(adds ? withSource({ ...own, name }, name, "BIN_AVG") : { ...own, name });
    const add = (suffix: string, operation: string, statistic: Statistic, base: PlaneSpec = own) =>
      additions.push({
        spec: withSource({ ...base, name: freeName(`${name}.${suffix}`, names) }, name, operation),
        value: { column: index, statistic, fill },
      });
    if (adds && derived.range) add("min", "BIN_MIN", "least");
    if (adds && (derived.range || derived.peak)) add("max", "BIN_MAX", "greatest");
    if (adds && derived.deviation) add("stddev", "BIN_STDDEV", "deviation");
    if (counts) add("count", "BIN_COUNT", "count", countPlane(own));
  }

  const header = packetHeader({
    id: input.id,
    group: input.group,
    planes: [options.axis.plane, ...originals, ...additions.map(({ spec }) => spec)],
    properties: input.properties,
  });
  const values = columns.map(
    ({ fill }, column): OutputValue => ({ column, statistic: "own", fill: fill.fill }),
  );
  return { header, columns, values: [...values, ...additions.map(({ value }) => value)] };
}

/** A plane as it was, of a type that takes averages. */
function tablePlane(plane: Plane): PlaneSpec {
  const { offset: _, ...spec } = plane;
  return { ...spec, type: averageType(plane.type) };
}

/** The type of computed values: width and order kept, text widened, integers made real; reducers 1.2. */
function averageType(type: ValueType): ValueType {
  switch (type.kind) {
    case "ascii":
      return asciiType(Math.min(Math.max(type.width, 14), 24));
    case "time":
      return type.width >= 24 && type.width <= 31 ? type : timeType(24);
    case "real":
      return type;
    default:
      if (type.width <= 2) return type.littleEndian ? LE_REAL4 : REAL4;
      return type.littleEndian ? LE_REAL8 : REAL8;
  }
}

/** The plane of counts beside `own`: dimensionless, exact up to 2^53 (text: ten digits), with a fill no count has. */
function countPlane(own: PlaneSpec): PlaneSpec {
  const { type } = own;
  const counts =
    type.kind === "real"
      ? type.littleEndian
        ? LE_REAL8
        : REAL8
      : asciiType(Math.max(17, Math.min(type.width, 24)));
  const fill = { name: own.role === "y" ? "yFill" : "zFill", type: "double", value: "-1e31" } as const;
  return { ...own, type: counts, units: "", properties: [fill] };
}

/** Position of the plane that counts the samples of `plane`. */
function countsOf(plane: Plane, planes: readonly Plane[]): number | undefined {
  if (plane.name === "") return undefined;
  const found = planes.findIndex(
    (other) =>
      other.items === plane.items &&
      propertyText(other.properties, "operation") === "BIN_COUNT" &&
      propertyText(other.properties, "source") === plane.name,
  );
  return found < 0 ? undefined : found;
}

/** Positions of the means that deviations are about, and of the numbers of samples behind both. */
function centresOf(
  plane: Plane,
  planes: readonly Plane[],
): { readonly means: number; readonly counts: number } | undefined {
  const source = propertyText(plane.properties, "source");
  const means = planes.findIndex(
    (other) =>
      other.name === source &&
      other.items === plane.items &&
      propertyText(other.properties, "operation") === "BIN_AVG",
  );
  const mean = planes[means];
  const counts = mean === undefined ? undefined : countsOf(mean, planes);
  return counts === undefined ? undefined : { means, counts };
}

/** A plane that says what it is the result of, and how it came about; reducers 3.2. */
export function withSource(spec: PlaneSpec, source: string, operation: string): PlaneSpec {
  const named = withProperty(spec.properties, { name: "source", type: "String", value: source });
  return {
    ...spec,
    properties: withProperty(named, { name: "operation", type: "String", value: operation }),
  };
}

/** `wanted`, made unique with a digit, and taken. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let digit = 1; taken.has(name); digit++) name = `${wanted}${digit}`;
  taken.add(name);
  return name;
}
