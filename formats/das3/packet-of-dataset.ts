import { DasError } from "../../errors/das-error.js";
import { DEFAULT_FILL } from "../../stream/fill.js";
import { printPacketHeader } from "../../stream/header-print.js";
import type { PacketHeader, Property } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { getProperty, realFromText } from "../../stream/properties.js";
import { das2Properties, planeProperties } from "./das2-property.js";
import { tablesOf } from "./dataset-tables.js";
import { type Field, fieldOf } from "./field-copy.js";
import type { Das3Dataset, Das3Dimension, Das3PacketContent, Das3Use, Das3Variable } from "./model.js";
import {
  dependentPlaces,
  isTagOfRecords,
  type RecordVariable,
  type Run,
  recordVariables,
  unsuited,
} from "./record-variables.js";
import { type RecordTags, type TagAxis, tagAxes } from "./tag-axes.js";

/** One plane of a packet, and which values of a record it has. */
export interface PlacedPlane {
  readonly field: Field;
  /** Place of its variable among those of the records. */
  readonly variable: number;
  /** Its runs: the first, and the one behind its last. */
  readonly runs: readonly [from: number, until: number];
  /** Which number of each value, and how many a value has. */
  readonly component: number;
  readonly components: number;
}

/** A dataset as a das2 packet type. */
export interface PacketOfDataset {
  readonly header: PacketHeader;
  /** One for each plane of the header. */
  readonly places: readonly PlacedPlane[];
  /** Names of what das2 has no form for, and that is left out. */
  readonly leftOut: readonly string[];
  /** Tables are samples at offsets of the time of their record. */
  readonly isWaveform: boolean;
}

/** What only the records of a dataset tell, or its header where that says it. */
export interface RecordShape {
  /** By variable, in the order of the records. */
  readonly runs: readonly (readonly Run[])[];
  readonly tags: RecordTags;
}

const OPERATIONS: Readonly<Partial<Record<Das3Use, readonly [suffix: string, operation: string]>>> = {
  average: ["", "BIN_AVG"],
  min: [".min", "BIN_MIN"],
  max: [".max", "BIN_MAX"],
  std_dev: [".stddev", "BIN_STDDEV"],
  count: [".count", "BIN_COUNT"],
};

/** Planes besides x; das2-stream A17. */
const MOST_PLANES = 99;

/**
 * The das2 packet type that a dataset is, for records of one shape. Tables along several indices become a table for each place along the
 * outer ones, unless one coordinate goes along all of them: then they are one. Text and blobs are left out, for das2 knows only
 * numbers and times.
 *
 * Errors: NOT_IMPLEMENTED, with the reason, for a dataset that das2 has no form for: no x in the records, nothing but text, offsets of
 * a coordinate that varies, more tables than a packet can hold; those of {@link packetHeader}.
 * Source: das2-stream C4, C6.
 */
export function packetOfDataset(id: number, dataset: Das3Dataset, shape: RecordShape): PacketOfDataset {
  const variables = recordVariables(dataset);
  const x = xOf(dataset.dimensions, variables);
  const { axes, isWaveform, leftOut } = tagAxes(dataset, x.dimension, shape.tags);
  const others = variables.filter((one) => one !== x && !one.isForeign && !isTagOfRecords(one));
  if (others.length === 0) throw unsuited("neither numbers nor times besides x");
  const isTable = ({ variable }: RecordVariable) => dependentPlaces(variable).length > 0;
  const coords = others.filter(({ dimension }) => dimension.kind === "coord");
  // x, y and z of a scatter; any other mixture is values beside each other.
  const isScatter =
    coords.length === 1 && coords[0]?.dimension !== x.dimension && !others.some(isTable) && others.length > 1;
  const ordered = isScatter
    ? [...coords, ...others.filter(({ dimension }) => dimension.kind === "data")]
    : others;
  const planes = [x, ...ordered].flatMap((one) => {
    const isZ = isScatter && one.dimension.kind === "data";
    const role = one === x ? "x" : isTable(one) ? "yscan" : isZ ? "z" : "y";
    const variable = variables.indexOf(one);
    return planesOf(one, role, { variable, runs: shape.runs[variable] ?? [], axes });
  });
  for (const { spec } of planes)
    if (spec.yTags?.kind === "list" && !spec.yTags.values.every(Number.isFinite))
      throw unsuited(`coordinates of "${spec.name.slice(0, 60)}" that are no numbers`);
  const header = packetHeader({
    id,
    ...(/^ds_[0-9]{2}$/.test(dataset.name) ? {} : { group: dataset.name }),
    planes: withOwnNames(planes.map(({ spec }) => spec)),
    properties: das2Properties(dataset.properties),
  });
  checkHeader(header);
  const foreign = variables.filter(({ isForeign }) => isForeign).map(({ dimension }) => dimension.name);
  return {
    header,
    places: planes.map(({ place }) => place),
    leftOut: [...foreign, ...leftOut],
    isWaveform,
  };
}

/** Tags written out, with fewer than which a header fits whatever they are. */
const TAGS_THAT_FIT = 30_000;

/** Errors: NOT_IMPLEMENTED for more coordinates than a header of das2 can hold. Source: das2-stream A17. */
function checkHeader(header: PacketHeader): void {
  const tags = header.planes.reduce(
    (sum, { yTags }) => sum + (yTags?.kind === "list" ? yTags.values.length : 0),
    0,
  );
  if (tags < TAGS_THAT_FIT) return;
  try {
    printPacketHeader(header);
  } catch (cause) {
    throw cause instanceof DasError && cause.code === "BAD_HEADER"
      ? unsuited(`${tags} coordinates of tables, more than a header of das2 can hold`)
      : cause;
  }
}

/** No two planes have one name: older clients tell them apart by it. */
function withOwnNames(planes: readonly PlaneSpec[]): readonly PlaneSpec[] {
  const names = new Set<string>();
  return planes.map((plane) => {
    let { name } = plane;
    for (let n = 2; names.has(name); n++) name = `${plane.name}_${n}`;
    names.add(name);
    return { ...plane, name };
  });
}

/** The coordinate that becomes x: the one of that axis, else a time, else the first that each record has. */
function xOf(dimensions: readonly Das3Dimension[], variables: readonly RecordVariable[]): RecordVariable {
  const coords = variables.filter(
    (one) => one.dimension.kind === "coord" && !one.isForeign && dependentPlaces(one.variable).length === 0,
  );
  const found =
    coords.find(({ dimension }) => dimension.axis === "x") ??
    coords.find(({ dimension }) => dimension.physDim === "time") ??
    coords[0];
  // What stands before it may not be in the records at all.
  const wanted = dimensions.find(({ kind, axis }) => kind === "coord" && axis === "x") ?? found?.dimension;
  if (found === undefined || found.dimension !== wanted)
    throw unsuited(
      "the first coordinate is not in its records, expected a time or another x for each record",
    );
  return found;
}

/** What planes are made of besides their variable. */
interface PlaneSource {
  readonly variable: number;
  readonly runs: readonly Run[];
  readonly axes: readonly TagAxis[];
}

interface MadePlane {
  readonly spec: PlaneSpec;
  readonly place: PlacedPlane;
}

function planesOf(one: RecordVariable, role: PlaneSpec["role"], source: PlaneSource): readonly MadePlane[] {
  const { dimension, variable, content } = one;
  const { components, directions } = variable;
  if (variable.index[0] !== "*") throw unsuited("values that do not belong to a record");
  const field = fieldOf(variable, content);
  const name = role === "x" ? dimension.name : planeName(dimension, variable.use);
  const properties = propertiesOf(dimension, variable, content, role);
  const units = variable.units.split(";");
  const tables = tablesOf(variable, source.runs, source.axes);
  if (tables.length * components > MOST_PLANES)
    throw unsuited(`${tables.length * components} tables in each record, more than ${MOST_PLANES}`);
  return tables.flatMap(({ suffix, items, runs, axis, tags, facts }) =>
    Array.from({ length: components }, (_, component) => {
      const direction = components === 1 ? "" : `_${directions?.[component] ?? component + 1}`;
      const tagged = [...properties, ...facts];
      if (axis !== undefined)
        tagged.push(
          ...planeProperties("y", axis.properties).filter(
            ({ name }) => getProperty(tagged, name) === undefined,
          ),
        );
      return {
        spec: {
          role,
          type: field.type,
          units: components > 1 && units.length === components ? (units[component] ?? "") : field.units,
          name: `${name}${suffix}${direction}`,
          items,
          properties: tagged,
          ...(role === "yscan" ? { yUnits: axis?.units ?? "" } : {}),
          ...(tags === undefined ? {} : { yTags: tags }),
        },
        place: { field, variable: source.variable, runs, component, components },
      };
    }),
  );
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
  { fill }: Das3PacketContent,
  role: PlaneSpec["role"],
): readonly Property[] {
  const axis = role === "yscan" ? "z" : role;
  const number = fill === undefined || axis === "x" ? undefined : realFromText(fill);
  const nearer = new Set(own.map(({ name }) => name));
  // The fill of the values themselves is nearer than that of their dimension.
  if (number !== undefined) nearer.add("fill");
  const properties = [
    ...planeProperties(axis, [...dimension.properties.filter(({ name }) => !nearer.has(name)), ...own]),
  ];
  const operation = dimension.kind === "data" ? OPERATIONS[use]?.[1] : undefined;
  if (operation !== undefined)
    properties.push(
      { name: "operation", type: "String", value: operation },
      { name: "source", type: "String", value: dimension.name },
    );
  const fillName = `${axis}Fill`;
  if (number !== undefined && number !== DEFAULT_FILL && getProperty(properties, fillName) === undefined)
    properties.push({ name: fillName, type: "double", value: fill ?? "" });
  return properties;
}
