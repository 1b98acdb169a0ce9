import { DasError } from "../../errors/das-error.js";
import { DEFAULT_FILL } from "../../stream/fill.js";
import type { PacketHeader, Property } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { getProperty, realFromText } from "../../stream/properties.js";
import { das2Properties, planeProperties } from "./das2-property.js";
import { type Field, fieldOf } from "./field-copy.js";
import type { Das3Content, Das3Dataset, Das3Dimension, Das3Use, Das3Variable } from "./model.js";
import { type TagAxis, tagAxes } from "./tag-axes.js";

/** One plane of the packet and where its atoms stand in a record of das3. */
export interface PlacedPlane {
  readonly field: Field;
  /** First byte in the body of a record. */
  readonly from: number;
  /** Bytes of an atom there. */
  readonly width: number;
}

/** A dataset as a das2 packet type. */
export interface PacketOfDataset {
  readonly header: PacketHeader;
  /** One for each plane of the header. */
  readonly places: readonly PlacedPlane[];
  /** Bytes of the body of every record. */
  readonly bodyBytes: number;
  /** Tables are samples at offsets of the time of their record. */
  readonly isWaveform: boolean;
}

/** A variable that every record has values of. */
interface Recorded {
  readonly dimension: Das3Dimension;
  readonly variable: Das3Variable;
  readonly content: Extract<Das3Content, { kind: "packet" }>;
  readonly from: number;
}

const OPERATIONS: Readonly<Partial<Record<Das3Use, readonly [suffix: string, operation: string]>>> = {
  average: ["", "BIN_AVG"],
  min: [".min", "BIN_MIN"],
  max: [".max", "BIN_MAX"],
  std_dev: [".stddev", "BIN_STDDEV"],
  count: [".count", "BIN_COUNT"],
};

/**
 * The das2 packet type that a dataset is.
 * Errors: NOT_IMPLEMENTED, with the reason, for a dataset that das2 has no form for: records of varying length, text, blobs, tables along
 * more than one index, coordinates that vary from record to record; those of {@link packetHeader}. Source: das2-stream C4, C6.
 */
export function packetOfDataset(id: number, dataset: Das3Dataset): PacketOfDataset {
  const { recorded, bodyBytes } = recordOf(dataset);
  const x = recorded.find(({ dimension }) => dimension === timeOf(dataset.dimensions));
  if (x === undefined)
    throw unsuited(
      "the first coordinate is not in its records, expected a time or another x for each record",
    );
  const { axes, isWaveform } = tagAxes(dataset, x.dimension);
  const others = recorded.filter((one) => one !== x);
  const isTable = ({ variable }: Recorded) => variable.index.slice(1).some((size) => size !== "-");
  const coords = others.filter(({ dimension }) => dimension.kind === "coord");
  // x, y and z of a scatter; any other mixture is values beside each other.
  const isScatter =
    coords.length === 1 && coords[0]?.dimension !== x.dimension && !others.some(isTable) && others.length > 1;
  const ordered = isScatter
    ? [...coords, ...others.filter(({ dimension }) => dimension.kind === "data")]
    : others;
  const planes: { readonly spec: PlaneSpec; readonly place: PlacedPlane }[] = [];
  planes.push(...planesOf(x, "x", axes));
  for (const one of ordered) {
    const isZ = isScatter && one.dimension.kind === "data";
    planes.push(...planesOf(one, isTable(one) ? "yscan" : isZ ? "z" : "y", axes));
  }
  const header = packetHeader({
    id,
    ...(/^ds_[0-9]{2}$/.test(dataset.name) ? {} : { group: dataset.name }),
    planes: planes.map(({ spec }) => spec),
    properties: das2Properties(dataset.properties),
  });
  return { header, places: planes.map(({ place }) => place), bodyBytes, isWaveform };
}

function unsuited(what: string): DasError {
  return new DasError("NOT_IMPLEMENTED", `a das3 dataset without das2 form: ${what}`);
}

/** The variables of a record with their places in it. */
function recordOf(dataset: Das3Dataset): {
  readonly recorded: readonly Recorded[];
  readonly bodyBytes: number;
} {
  const recorded: Recorded[] = [];
  let from = 0;
  for (const dimension of dataset.dimensions)
    for (const variable of dimension.variables) {
      const { content, index } = variable;
      if (content.kind !== "packet") {
        if (dimension.kind === "data") throw unsuited("data that stand in the header");
        continue;
      }
      if (index.slice(1).some((size) => size === "*" || size === "^") || content.items === undefined)
        throw unsuited("records of varying length");
      recorded.push({ dimension, variable, content, from });
      from += content.items * (content.itemBytes ?? 0);
    }
  return { recorded, bodyBytes: from };
}

/** The coordinate that becomes x: the one of that axis, else a time, else the first. */
function timeOf(dimensions: readonly Das3Dimension[]): Das3Dimension | undefined {
  const coords = dimensions.filter(
    ({ kind, variables }) =>
      kind === "coord" &&
      variables.some(({ content, index }) => content.kind === "packet" && index[0] === "*"),
  );
  return (
    coords.find(({ axis }) => axis === "x") ?? coords.find(({ physDim }) => physDim === "time") ?? coords[0]
  );
}

function planesOf(
  { dimension, variable, content, from }: Recorded,
  role: PlaneSpec["role"],
  axes: ReadonlyMap<number, TagAxis>,
): { readonly spec: PlaneSpec; readonly place: PlacedPlane }[] {
  const field = fieldOf(variable, content);
  const width = content.itemBytes ?? 0;
  const { components, directions } = variable;
  if (variable.index[0] !== "*") throw unsuited("values that do not belong to a record");
  const along = variable.index.flatMap((size, place) =>
    place > 0 && typeof size === "number" ? [place] : [],
  );
  const [place, ...more] = along;
  if (more.length > 0) throw unsuited("tables along more than one index");
  if (place !== undefined && (dimension.kind === "coord" || components > 1))
    throw unsuited(components > 1 ? "tables of vectors" : "coordinates that vary from record to record");
  const name = role === "x" ? dimension.name : planeName(dimension, variable.use);
  const properties = propertiesOf(dimension, variable, content, role);
  const base = { role, type: field.type, units: field.units, properties };
  if (place !== undefined) {
    const size = variable.index[place];
    const items = typeof size === "number" ? size : 1;
    const axis = axes.get(place);
    const tags = axis === undefined ? { yUnits: "" } : { yUnits: axis.units, yTags: axis.tags };
    const tagProperties = axis === undefined ? [] : planeProperties("y", axis.properties);
    const all = [
      ...properties,
      ...tagProperties.filter(({ name: own }) => getProperty(properties, own) === undefined),
    ];
    return [{ spec: { ...base, name, items, ...tags, properties: all }, place: { field, from, width } }];
  }
  return Array.from({ length: components }, (_, component) => ({
    spec: {
      ...base,
      name: components === 1 ? name : `${name}_${directions?.[component] ?? component + 1}`,
      items: 1,
    },
    place: { field, from: from + component * width, width },
  }));
}

function planeName({ name, kind }: Das3Dimension, use: Das3Use): string {
  if (use === "center" || use === "average") return name;
  if (kind === "data") {
    const suffix = OPERATIONS[use]?.[0];
    if (suffix !== undefined) return `${name}${suffix}`;
  }
  return `${name}_${use}`;
}

function propertiesOf(
  dimension: Das3Dimension,
  { use, properties: own }: Das3Variable,
  { fill }: Extract<Das3Content, { kind: "packet" }>,
  role: PlaneSpec["role"],
): readonly Property[] {
  const axis = role === "yscan" ? "z" : role;
  const ownNames = new Set(own.map(({ name }) => name));
  const properties = [
    ...planeProperties(axis, [...dimension.properties.filter(({ name }) => !ownNames.has(name)), ...own]),
  ];
  const operation = dimension.kind === "data" ? OPERATIONS[use]?.[1] : undefined;
  if (operation !== undefined)
    properties.push(
      { name: "operation", type: "String", value: operation },
      { name: "source", type: "String", value: dimension.name },
    );
  const number = fill === undefined || axis === "x" ? undefined : realFromText(fill);
  const fillName = `${axis}Fill`;
  if (number !== undefined && number !== DEFAULT_FILL && getProperty(properties, fillName) === undefined)
    properties.push({ name: fillName, type: "double", value: fill ?? "" });
  return properties;
}
