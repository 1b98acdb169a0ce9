import { DEFAULT_FILL } from "../../stream/fill.js";
import type { PacketHeader, Property } from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import { getProperty, realFromText } from "../../stream/properties.js";
import { das2Properties, planeProperties } from "./das2-property.js";
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
  const header = packetHeader({
    id,
    ...(/^ds_[0-9]{2}$/.test(dataset.name) ? {} : { group: dataset.name }),
    planes: planes.map(({ spec }) => spec),
    properties: das2Properties(dataset.properties),
  });
  const foreign = variables.filter(({ isForeign }) => isForeign).map(({ dimension }) => dimension.name);
  return {
    header,
    places: planes.map(({ place }) => place),
    leftOut: [...foreign, ...leftOut],
    isWaveform,
  };
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
  const tables = tablesOf(variable, source);
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

/** One table of a variable, or its single value. */
interface Table {
  /** Behind the name of the variable. */
  readonly suffix: string;
  readonly items: number;
  readonly runs: readonly [from: number, until: number];
  readonly axis?: TagAxis;
  readonly tags?: ReturnType<TagAxis["tags"]>;
  /** Where it stands along the other indices. */
  readonly facts: readonly Property[];
}

function tablesOf(variable: Das3Variable, { runs, axes }: PlaneSource): readonly Table[] {
  const { components } = variable;
  const places = dependentPlaces(variable);
  const last = places.at(-1);
  if (last === undefined) return [{ suffix: "", items: 1, runs: [0, 1], facts: [] }];
  const whole = axes.find((axis) => axis.places.join() === places.join());
  if (whole !== undefined || runs.length === 1) {
    const items = runs.reduce((sum, { atoms }) => sum + atoms, 0) / components;
    const axis = whole ?? axes.find((one) => one.places.join() === String(last));
    const tagged = axis === undefined ? {} : { axis, tags: axis.tags(runs, components) };
    return [{ suffix: "", items, runs: [0, runs.length], ...tagged, facts: [] }];
  }
  const axis = axes.find((one) => one.places.join() === String(last));
  return runs.map((run, at) => ({
    suffix: `_${run.outer.map((n) => n + 1).join("_")}`,
    items: run.atoms / components,
    runs: [at, at + 1],
    ...(axis === undefined ? {} : { axis, tags: axis.tags([run], components) }),
    facts: run.outer.flatMap((n, level) => factOf(axes, places[level], n)),
  }));
}

/** The coordinate of a table along an outer index. */
function factOf(axes: readonly TagAxis[], place: number | undefined, at: number): readonly Property[] {
  const axis = axes.find((one) => one.places.join() === String(place));
  const tags = axis?.tags([{ outer: [], atoms: at + 1 }], 1);
  if (axis === undefined || tags === undefined) return [];
  const value =
    tags.kind === "list"
      ? tags.values[at]
      : tags.kind === "interval"
        ? (tags.min ?? 0) + at * tags.interval
        : at;
  if (value === undefined) return [];
  const type = axis.units === "" ? "double" : "Datum";
  return [{ name: axis.name, type, value: axis.units === "" ? String(value) : `${value} ${axis.units}` }];
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
