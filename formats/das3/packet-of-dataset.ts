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
  /** What follows in a record is left out. */
  readonly isOpenEnded: boolean;
  /** Runs along a ragged index; missing: there is no such index. */
  readonly ragged?: readonly Run[];
  /** Names of what das2 has no form for, and that is left out. */
  readonly leftOut: readonly string[];
  /** Tables are samples at offsets of the time of their record. */
  readonly isWaveform: boolean;
}

/** The values of one variable along a ragged index, in a record. */
export interface Run {
  /** Where the count stands, or the first value where there is none. */
  readonly from: number;
  readonly width: number;
  /** Nothing follows it, so that it may have no count. */
  readonly isLast: boolean;
}

/** How long the runs of a record are. */
export interface RunLength {
  readonly length: number;
  /** Whether the count of the last one is there as well. */
  readonly isLastTold: boolean;
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

/** Whether the records of a dataset differ in length along its second index. */
export function isRagged({ dimensions }: Das3Dataset): boolean {
  return dimensions.some(({ variables }) =>
    variables.some(({ content, index }) => content.kind === "packet" && index[1] === "*"),
  );
}

/**
 * The das2 packet type that a dataset is. Text and blobs are left out, for das2 knows only numbers and times.
 *
 * @param runs of a dataset with a ragged index
 * Errors: NOT_IMPLEMENTED, with the reason, for a dataset that das2 has no form for: records of varying length but of binary runs along
 * one index, tables along more than one, coordinates that vary from record to record, nothing but text; those of {@link packetHeader}.
 * Source: das2-stream C4, C6.
 */
export function packetOfDataset(id: number, dataset: Das3Dataset, runs?: RunLength): PacketOfDataset {
  const { recorded, bodyBytes, isOpenEnded, ragged, leftOut } = recordOf(dataset, runs);
  const x = recorded.find(({ dimension }) => dimension === timeOf(dataset.dimensions));
  if (x === undefined)
    throw unsuited(
      "the first coordinate is not in its records, expected a time or another x for each record",
    );
  if (recorded.length < 2) throw unsuited("neither numbers nor times besides x");
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
  const places = planes.map(({ place }) => place);
  const more = ragged.length === 0 ? {} : { ragged };
  return { header, places, bodyBytes, isOpenEnded, ...more, leftOut, isWaveform };
}

function unsuited(what: string): DasError {
  return new DasError("NOT_IMPLEMENTED", `a das3 dataset without das2 form: ${what}`);
}

/** Whether the values of a variable are neither numbers nor times. */
function isForeign({ semantic }: Das3Variable, { encoding }: Recorded["content"]): boolean {
  if (semantic === "string" || semantic === "blob" || encoding === "blob" || encoding === "base64")
    return true;
  return semantic === "bool" && encoding === "utf8";
}

/** What a record is made of. */
interface RecordLayout extends Pick<PacketOfDataset, "bodyBytes" | "isOpenEnded" | "leftOut"> {
  readonly recorded: readonly Recorded[];
  readonly ragged: readonly Run[];
}

/** The variables of a record with their places in it. */
function recordOf(dataset: Das3Dataset, runs: RunLength | undefined): RecordLayout {
  const packets: (Omit<Recorded, "from"> & { readonly isForeign: boolean })[] = [];
  for (const dimension of dataset.dimensions)
    for (const variable of dimension.variables) {
      const { content } = variable;
      if (content.kind === "packet")
        packets.push({ dimension, variable, content, isForeign: isForeign(variable, content) });
      else if (dimension.kind === "data") throw unsuited("data that stand in the header");
    }
  const recorded: Recorded[] = [];
  const ragged: Run[] = [];
  const leftOut: string[] = [];
  let from = 0;
  for (const [at, { dimension, variable, content, isForeign: isLeftOut }] of packets.entries()) {
    const isLast = at === packets.length - 1;
    const width = content.itemBytes ?? 0;
    if (isLeftOut) leftOut.push(dimension.name);
    const isVarying = content.items === undefined || content.itemBytes === undefined;
    if (isLeftOut && isVarying && packets.slice(at).every((one) => one.isForeign)) {
      leftOut.push(...packets.slice(at + 1).map((one) => one.dimension.name));
      return { recorded, bodyBytes: from, isOpenEnded: true, ragged, leftOut };
    }
    if (runs !== undefined && isRun(variable, content)) {
      const isTold = !isLast || runs.isLastTold;
      ragged.push({ from, width, isLast });
      if (isTold) from += `[j|${runs.length}]`.length;
      const run = { ...variable, index: ["*", runs.length] as const };
      if (!isLeftOut)
        recorded.push({ dimension, variable: run, content: { ...content, items: runs.length }, from });
      from += runs.length * width;
      continue;
    }
    if (variable.index.slice(1).some((size) => size === "*" || size === "^") || isVarying)
      throw unsuited("records of varying length");
    if (!isLeftOut) recorded.push({ dimension, variable, content, from });
    from += (content.items ?? 0) * width;
  }
  return { recorded, bodyBytes: from, isOpenEnded: false, ragged, leftOut };
}

/** Whether the values of a variable are a binary run along the second index of two. */
function isRun({ index, components }: Das3Variable, { encoding, itemBytes }: Recorded["content"]): boolean {
  const isBinary = encoding !== "utf8" && encoding !== "blob" && encoding !== "base64";
  return isBinary && itemBytes !== undefined && components === 1 && index.length === 2 && index[1] === "*";
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
