import { DasError } from "../../errors/das-error.js";
import { planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { yTagValues } from "../../stream/packet-header.js";
import { propertyText } from "../../stream/properties.js";
import { coordinateName, coordinateOfUnits, dataRole, isCoordinate, planeName } from "../plane-roles.js";
import { timeUnit } from "../time-text-writer.js";
import { axisProperties, legalName, otherProperties } from "./axis-properties.js";
import { encodingOf, quantityOf, storageOf, timeUnits } from "./das3-types.js";
import type {
  Das3Content,
  Das3Dataset,
  Das3Dimension,
  Das3Index,
  Das3Property,
  Das3Use,
  Das3Variable,
} from "./model.js";

/** Indices of a dataset at most; das2-stream C4. */
const MAX_RANK = 8;
const FILL_TIME = "0001-01-01";
/** Coordinates that a header writes out one by one, though a step would say them. */
const MOST_WRITTEN = 4096;

/** A das2 packet type as a dataset, and its planes in the order of the dataset's packets. */
export interface DatasetOfPacket {
  readonly dataset: Das3Dataset;
  readonly order: readonly Plane[];
}

/**
 * What a das2 packet type is in das3. Tables of different length, or on different tags, vary along indices of their own.
 * Errors: UNSUITED_STREAM for more than seven such tables. Source: das2-stream C6.
 */
export function datasetOfPacket(header: PacketHeader, stream: StreamHeader): DatasetOfPacket {
  const builder = new Builder(header, stream);
  const dataset = {
    name: header.group === undefined ? `ds_${String(header.id).padStart(2, "0")}` : legalName(header.group),
    index: ["*" as const, ...builder.tables.map(({ items }) => items)],
    properties: otherProperties(header.properties),
    dimensions: builder.dimensions(),
  };
  return { dataset, order: builder.order };
}

/** The tags of one or several tables. */
interface Table {
  readonly plane: Plane;
  readonly items: number;
}

class Builder {
  readonly tables: Table[] = [];
  readonly order: Plane[] = [];
  readonly #header: PacketHeader;
  readonly #stream: StreamHeader;
  readonly #isWaveform: boolean;
  readonly #names = new Set<string>();

  constructor(header: PacketHeader, stream: StreamHeader) {
    this.#header = header;
    this.#stream = stream;
    this.#isWaveform = propertyText(stream.properties, "renderer") === "waveform";
    for (const plane of header.planes)
      if (plane.role === "yscan" && this.#tableOf(plane) < 0) this.tables.push({ plane, items: plane.items });
    if (this.tables.length >= MAX_RANK)
      throw new DasError(
        "UNSUITED_STREAM",
        `packet ${header.id} has tables on ${this.tables.length} sets of tags, a das3 dataset at most ${MAX_RANK - 1}`,
      );
  }

  dimensions(): Das3Dimension[] {
    const { planes } = this.#header;
    const coords = planes.filter((plane) => isCoordinate(plane, this.#header));
    return [
      ...coords.map((plane) => (plane.role === "x" ? this.#x(plane) : this.#coordinate(plane))),
      ...(this.#isWaveform ? [] : this.tables.map((_, place) => this.#tags(place))),
      ...this.#data(planes.filter((plane) => !coords.includes(plane))),
    ];
  }

  /** Place of the tags that a table shares; -1: it is the first with them. */
  #tableOf(plane: Plane): number {
    return this.tables.findIndex(
      ({ plane: other, items }) =>
        items === plane.items &&
        other.yUnits === plane.yUnits &&
        (other.yTags === plane.yTags ||
          Buffer.compare(bytesOf(yTagValues(other)), bytesOf(yTagValues(plane))) === 0),
    );
  }

  #x(plane: Plane): Das3Dimension {
    const isTime = timeUnit(plane) !== undefined;
    const name = this.#name(coordinateName(plane));
    const use = this.#isWaveform && this.tables.length > 0 ? "reference" : "center";
    const variables = [this.#packet(plane, use, this.#index())];
    if (this.#isWaveform)
      for (const place of this.tables.keys()) variables.push(this.#tagVariable(place, "offset"));
    return {
      kind: "coord",
      physDim: isTime ? "time" : (coordinateOfUnits(plane.units) ?? name),
      name,
      axis: "x",
      properties: [
        ...axisProperties("x", plane, this.#header, this.#stream),
        ...otherProperties(plane.properties),
      ],
      variables,
    };
  }

  /** The y of a scatter of x, y and z. */
  #coordinate(plane: Plane): Das3Dimension {
    const name = this.#name(planeName(plane));
    return {
      kind: "coord",
      physDim: timeUnit(plane) !== undefined ? "time" : (coordinateOfUnits(plane.units) ?? name),
      name,
      axis: "y",
      properties: [
        ...axisProperties("y", plane, this.#header, this.#stream),
        ...otherProperties(plane.properties),
      ],
      variables: [this.#packet(plane, "center", this.#index())],
    };
  }

  /** The tags of tables as a coordinate. */
  #tags(place: number): Das3Dimension {
    const { plane } = this.tables[place]!; // the place of a table
    const name = this.#name(coordinateOfUnits(plane.yUnits ?? "") ?? "y");
    return {
      kind: "coord",
      physDim: coordinateOfUnits(plane.yUnits ?? "") ?? name,
      name,
      axis: "y",
      properties: axisProperties("y", plane, this.#header, this.#stream),
      variables: [this.#tagVariable(place, "center")],
    };
  }

  #tagVariable(place: number, use: Das3Use): Das3Variable {
    const { plane } = this.tables[place]!; // the place of a table
    const index = this.#index(place, "-");
    return {
      use,
      units: plane.yUnits ?? "",
      semantic: "real",
      storage: "double",
      index,
      components: 1,
      properties: [],
      content: tagContent(plane, index),
    };
  }

  /** Planes that operations made of others stand with them. */
  #data(planes: readonly Plane[]): Das3Dimension[] {
    const groups = new Map<string, Plane[]>();
    for (const plane of planes) {
      const { name, role } = dataRole(plane);
      const group = groups.get(name);
      const uses = group?.map((other) => dataRole(other).role ?? "center") ?? [];
      // Two planes that would be the same of one thing stand apart.
      if (group !== undefined && !uses.includes(role ?? "center")) group.push(plane);
      else groups.set(group === undefined ? name : `${name} ${groups.size}`, [plane]);
    }
    return [...groups].map(([name, members]) => this.#dataDimension(name, members));
  }

  #dataDimension(name: string, planes: readonly Plane[]): Das3Dimension {
    const [first] = planes as readonly [Plane, ...Plane[]]; // a group begins with its first plane
    const axis = first.role === "y" ? "y" : "z";
    return {
      kind: "data",
      physDim: quantityOf(first.units),
      name: this.#name(name),
      properties: [...axisProperties(axis, first, this.#header, this.#stream), ...dataProperties(first)],
      variables: planes.map((plane) => {
        const place = plane.role === "yscan" ? this.#tableOf(plane) : undefined;
        const own = plane === first ? [] : dataProperties(plane);
        return {
          ...this.#packet(plane, dataRole(plane).role ?? "center", this.#index(place)),
          properties: own,
        };
      }),
    };
  }

  #packet(plane: Plane, use: Das3Use, index: Das3Index): Das3Variable {
    this.order.push(plane);
    const isTime = timeUnit(plane) !== undefined;
    const { kind } = plane.type;
    return {
      use,
      units: isTime ? timeUnits(plane) : plane.units,
      semantic: isTime ? "datetime" : kind === "int" || kind === "uint" ? "integer" : "real",
      storage: storageOf(plane.type),
      index,
      components: 1,
      properties: [],
      content: {
        kind: "packet",
        items: plane.items,
        itemBytes: plane.type.width,
        encoding: encodingOf(plane.type),
        ...(plane.type.kind === "time" ? { fill: FILL_TIME } : {}),
        ...(isTime || plane.role === "x"
          ? {}
          : { fill: shortestReal(planeFill(plane, this.#header, this.#stream)) }),
      },
    };
  }

  /** The index of a variable: of a table, or one value for each record (`first` `*`). */
  #index(place?: number, first: "*" | "-" = "*"): Das3Index {
    return [first, ...this.tables.map(({ items }, at) => (at === place ? items : ("-" as const)))];
  }

  /** A legal name that no other dimension has. */
  #name(wanted: string): string {
    const legal = legalName(wanted);
    let name = legal;
    for (let n = 2; this.#names.has(name); n++) name = `${legal.slice(0, 60)}_${n}`;
    this.#names.add(name);
    return name;
  }
}

/** Properties of a plane of data, but for those that its use in the dimension says. */
function dataProperties(plane: Plane): readonly Das3Property[] {
  const { role } = dataRole(plane);
  return otherProperties(
    plane.properties,
    ({ name }) => role !== undefined && (name === "operation" || name === "source"),
  );
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function tagContent({ yTags, items }: Plane, index: Das3Index): Das3Content {
  const tags = yTags ?? { kind: "index" };
  const steps = (step: number) => index.map((size) => (typeof size === "number" ? step : undefined));
  // The deployed Python client reads coordinates that are written out, and no sequences.
  if (items <= MOST_WRITTEN) return { kind: "values", values: yTagValues({ items, yTags: tags }) };
  if (tags.kind === "index") return { kind: "sequence", min: 0, interval: steps(1) };
  if (tags.kind === "interval" && (tags.min !== undefined || tags.max === undefined))
    return { kind: "sequence", min: tags.min ?? 0, interval: steps(tags.interval) };
  return { kind: "values", values: yTagValues({ items, yTags: tags }) };
}
