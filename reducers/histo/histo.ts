import { DasError } from "../../errors/das-error.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { readPlane } from "../../stream/columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type {
  Emit,
  PacketBatch,
  PacketHeader,
  Plane,
  Properties,
  StreamHeader,
  StreamTransform,
} from "../../stream/model.js";
import { type PlaneSpec, packetHeader } from "../../stream/packet-header.js";
import type { FilterProgram } from "../../stream/program.js";
import { parseArguments, usage } from "../../stream/program-arguments.js";
import { cascade, propertyText, withoutProperties, withProperty } from "../../stream/properties.js";
import { routeItems } from "../../stream/route-items.js";
import { epochUnit } from "../../stream/units.js";
import { REAL4, REAL8 } from "../../stream/value-type.js";
import { displayProperties } from "../display-properties.js";
import { ValueCounts } from "./value-counts.js";

/** What is written for a value: how often it occurred, or which part of all samples lies on one side of it. */
export type HistogramForm = "count" | "below" | "above";

const TITLE = {
  count: "Histogram",
  below: "Normalized Cumulative Histogram",
  above: "Normalized Reverse Cumulative Histogram",
} as const satisfies Record<HistogramForm, string>;

const VALUE_LABEL = {
  count: "Value Count",
  below: "Fraction at or below",
  above: "Fraction at or above",
} as const satisfies Record<HistogramForm, string>;

/** Distinct values of one plane; about 40 MB. Source: reducers 8. */
const MOST_VALUES = 1_000_000;
/** Largest count that binary32 holds exactly is 2^24. */
const LARGEST_SINGLE = 2 ** 24;

/** What the stream header says of axes that the histograms do not have: x is a data value now, no longer time. */
const OF_THE_INPUT = [
  ...displayProperties(["x", "y", "z"]),
  ...["xCacheRange", "xCacheResolution", "xCacheResInfo", "xMonotonic", "monotonicXTags", "fill", "renderer"],
];

interface CountedPlane {
  readonly plane: Plane;
  readonly fill: FillTest;
  readonly counts: ValueCounts;
  /** Samples that are not fill. */
  total: number;
}

interface CountedPacket {
  readonly header: PacketHeader;
  readonly planes: readonly CountedPlane[];
}

/** Counts how often each value occurs in each plane. Source: reducers 8. */
export class HistogramTransform implements StreamTransform {
  readonly #form: HistogramForm;
  readonly #mostValues: number;
  #stream: StreamHeader = BARE_HEADER;
  /** By input id, in order of appearance. */
  readonly #packets = new Map<number, CountedPacket>();
  #nextId = 1;
  #scratch = new Float64Array(0);
  #warned = false;

  /** @param mostValues limit of the distinct values of a plane */
  constructor(form: HistogramForm, mostValues = MOST_VALUES) {
    this.#form = form;
    this.#mostValues = mostValues;
  }

  readonly push = routeItems({
    stream: (header, emit) => {
      this.#stream = header;
      emit({ kind: "stream", header: this.#streamHeader(header) });
    },
    packet: (header, emit) => {
      this.#flush(header.id, emit);
      this.#packets.set(header.id, this.#countedPacket(header));
    },
    data: (batch, emit) => this.#count(batch, emit),
    flush: (emit) => this.end(emit),
  });

  end(emit: Emit): void {
    for (const id of [...this.#packets.keys()]) this.#flush(id, emit);
  }

  #countedPacket(header: PacketHeader): CountedPacket {
    return {
      header,
      planes: header.planes
        .filter((plane) => plane.role !== "x")
        .map((plane) => ({
          plane,
          fill: fillTest(planeFill(plane, header, this.#stream)),
          counts: new ValueCounts(this.#mostValues),
          total: 0,
        })),
    };
  }

  #count(batch: PacketBatch, emit: Emit): void {
    for (const counted of this.#packets.get(batch.header.id)?.planes ?? []) {
      const { plane, counts, fill } = counted;
      const size = batch.count * plane.items;
      if (this.#scratch.length < size) this.#scratch = new Float64Array(size);
      const values = this.#scratch;
      if (readPlane(batch, plane, values) > 0) this.#warnOfText(batch.header.id, emit);
      for (let i = 0; i < size; i++) {
        const v = values[i]!;
        if (!(v < fill.lo || v > fill.hi)) continue;
        counted.total++;
        if (!counts.add(v))
          throw new DasError(
            "UNSUITED_STREAM",
            `plane "${plane.name}" has more than ${this.#mostValues} distinct values, the limit of a histogram`,
          );
      }
    }
  }

  /** One warning for the whole stream; das2-stream A6.3. */
  #warnOfText(inputId: number, emit: Emit): void {
    if (this.#warned) return;
    this.#warned = true;
    const value = `fields that are blank or no number count as fill (packet ${inputId})`;
    emit({ kind: "comment", comment: { type: "log:warning", source: "das2_histo", value } });
  }

  /** Writes the histograms of an input id and forgets them. */
  #flush(inputId: number, emit: Emit): void {
    const packet = this.#packets.get(inputId);
    if (packet === undefined) return;
    this.#packets.delete(inputId);
    for (const counted of packet.planes) this.#write(packet.header, counted, emit);
  }

  #write(input: PacketHeader, { plane, counts: table, total }: CountedPlane, emit: Emit): void {
    const { values, counts } = table.sorted();
    if (this.#form === "below") accumulate(counts, total);
    else if (this.#form === "above") accumulate(counts.reverse(), total).reverse();
    const wide = this.#form === "count" && counts.some((count) => count > LARGEST_SINGLE);
    const header = packetHeader({
      id: this.#outputId(),
      group: input.group,
      planes: this.#planes(input, plane, wide),
    });
    emit({ kind: "packet", header });
    const builder = new BatchBuilder(header);
    const { view } = builder;
    const write = (): void => {
      const batch = builder.take();
      if (batch !== undefined) emit({ kind: "data", batch });
    };
    for (let i = 0; i < values.length; i++) {
      const at = builder.next();
      view.setFloat64(at + 4, values[i]!);
      if (wide) view.setFloat64(at + 12, counts[i]!);
      else view.setFloat32(at + 12, counts[i]!);
      if (builder.full) write();
    }
    write();
  }

  #outputId(): number {
    if (this.#nextId > 99)
      throw new DasError("UNSUITED_STREAM", "more than 99 planes to count, expected at most 99");
    return this.#nextId++;
  }

  /** x is the value, y how often it occurred. */
  #planes(input: PacketHeader, plane: Plane, wide: boolean): PlaneSpec[] {
    const label = cascade(plane.role === "y" ? "yLabel" : "zLabel", plane, input, this.#stream.properties);
    const xLabel: Properties =
      label === undefined ? [] : [{ name: "xLabel", type: "String", value: label.value }];
    const yLabel: Properties = [{ name: "yLabel", type: "String", value: VALUE_LABEL[this.#form] }];
    const name = plane.name === "" ? (plane.role === "yscan" ? "scan" : plane.role) : plane.name;
    return [
      { role: "x", name: "", type: REAL8, units: valueUnits(plane), items: 1, properties: xLabel },
      {
        role: "y",
        name: `${name}_hist`,
        type: wide ? REAL8 : REAL4,
        units: "",
        items: 1,
        properties: yLabel,
      },
    ];
  }

  #streamHeader(input: StreamHeader): StreamHeader {
    const title = propertyText(input.properties, "title");
    const form = TITLE[this.#form];
    let properties = withoutProperties(input.properties, OF_THE_INPUT);
    for (const [type, name, value] of [
      ["String", "title", title === undefined ? form : `${title} - ${form}`],
      ["double", "yFill", "0"],
      ["double", "zFill", "0"],
      ["String", "sourceId", "das2_histo"],
    ] as const)
      properties = withProperty(properties, { name, type, value });
    return { ...input, properties };
  }
}

/** Units of the values as numbers: times that count from nothing else are us2000. */
function valueUnits({ type, units }: Plane): string {
  return type.kind === "time" && (units === "UTC" || epochUnit(units) === undefined) ? "us2000" : units;
}

/** Each count becomes the part of `total` that it and those before it make. */
function accumulate(counts: Float64Array, total: number): Float64Array {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    counts[i] = sum / total;
  }
  return counts;
}

const HELP = `Usage: das2_histo [-a | -b]

Reads a das2 stream and writes how often each value occurs in each plane, fill left out: one packet
type for each plane, x is the value, y the count.

  -a, --frac-above   instead of the count, the fraction of samples at or above the value
  -b, --frac-below   instead of the count, the fraction of samples at or below the value
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be counted, for a plane has more
than ${MOST_VALUES} distinct values.
`;

/** The filter `das2_histo`. Source: reducers 8. */
export const histo: FilterProgram = {
  kind: "filter",
  name: "das2_histo",
  help: HELP,
  open(args) {
    const { options } = parseArguments(
      args,
      { above: { names: ["-a", "--frac-above"] }, below: { names: ["-b", "--frac-below"] } },
      [],
    );
    if (options.above && options.below) throw usage("-a and -b exclude each other");
    return new HistogramTransform(options.above ? "above" : options.below ? "below" : "count");
  },
};
