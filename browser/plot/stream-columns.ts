import { coordinateOfUnits } from "../../formats/plane-roles.js";
import { axisProperties, expandMacros } from "../../formats/png/labels.js";
import { planeRole } from "../../formats/png/plane-role.js";
import { plainLabel } from "../../plot/label.js";
import type { Span } from "../../plot/span.js";
import type { ScaleType } from "../../plot/ticks.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import { readPlane, readXUs2000, xUnits } from "../../stream/columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader, StreamItem } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade, datumProperty, propertyText } from "../../stream/properties.js";
import { convertUnits, epochUnit } from "../../stream/units.js";
import { type LineColumn, LineTable } from "./line-table.js";
import { type Quantity, quantityKey } from "./quantity.js";
import { ScanTable } from "./scan-table.js";

/** Takes the records of a batch. */
type BatchWriter = (batch: PacketBatch, xs: Float64Array) => void;

/** Kinds of packets and planes that are kept: streams have a handful. */
const MOST_TABLES = 64;

/**
 * What a plot page keeps of a das2 stream, gathered while its items come: lines and scans as columns, fill as NaN, and what it says of
 * itself. Planes that are times and an x that is no time are left out. Source: das2-stream A5, A8, A9.
 */
export class StreamColumns {
  /** What is asked for. */
  readonly span: Span;
  #stream: StreamHeader = BARE_HEADER;
  readonly #writers = new Map<number, readonly BatchWriter[]>();
  readonly #lines = new Map<string, LineTable>();
  readonly #scans = new Map<string, ScanTable>();
  /** With the escapes of das2-stream A8.5. */
  title = "";
  /** What the bins are, as the stream tells it: `(1.0 hour Averages)`. */
  about = "";
  /** The latest x that came, us2000. */
  latest = Number.NEGATIVE_INFINITY;
  records = 0;
  /** Bin width, microseconds; 0 for records as they are. */
  binUs = 0;
  /** How the stream ended where it did not end well. */
  exception: { readonly type: string; readonly message: string } | undefined;
  hasOtherX = false;

  /** @param span the range that is asked for */
  constructor(span: Span) {
    this.span = span;
  }

  get lines(): readonly LineTable[] {
    return [...this.#lines.values()];
  }

  get scans(): readonly ScanTable[] {
    return [...this.#scans.values()];
  }

  /** Whether some records are not kept, because they were very many. */
  get isThinned(): boolean {
    return [...this.#lines.values(), ...this.#scans.values()].some(({ count, x }) => count > x.length);
  }

  /** Values that are kept. */
  get size(): number {
    let size = 0;
    for (const { x, values } of this.#lines.values()) size += x.length * (values.length + 1);
    for (const { x, tags } of this.#scans.values()) size += x.length * (tags.length + 1);
    return size;
  }

  take(items: readonly StreamItem[]): void {
    for (const item of items)
      switch (item.kind) {
        case "stream":
          this.#describe(item.header);
          break;
        case "packet":
          this.#writers.set(item.header.id, this.#define(item.header));
          break;
        case "data":
          this.#data(item.batch);
          break;
        case "comment":
          break;
        case "exception":
          this.exception = item.exception;
          break;
        default:
          item satisfies never;
      }
  }

  #describe(header: StreamHeader): void {
    this.#stream = header;
    const raw = (name: string) => propertyText(header.properties, name);
    const title = raw("title");
    this.title = title === undefined ? "" : expandMacros(title, "title", raw);
    this.about = raw("xCacheResInfo") ?? "";
    const width = datumProperty(header.properties, "xCacheResolution");
    this.binUs = width === undefined ? 0 : (convertUnits(width.value, width.units, "microseconds") ?? 0);
  }

  #data(batch: PacketBatch): void {
    const writers = this.#writers.get(batch.header.id) ?? [];
    if (writers.length === 0) return;
    const xs = new Float64Array(batch.count);
    readXUs2000(batch, xs);
    for (const x of xs) if (x > this.latest) this.latest = x;
    this.records += batch.count;
    for (const write of writers) write(batch, xs);
  }

  #define(header: PacketHeader): readonly BatchWriter[] {
    const x = header.planes[0]!; // every packet has one
    if (epochUnit(xUnits(x)) === undefined) {
      this.hasOtherX = true;
      return [];
    }
    const planes = header.planes.slice(1).filter((plane) => !isTime(plane));
    const isWaveform = propertyText(this.#stream.properties, "renderer") === "waveform";
    const scans = planes.filter(({ role }) => role === "yscan");
    const lines = planes.filter(({ role }) => role !== "yscan");
    const writers: BatchWriter[] = [];
    const lineWriter = this.#lineWriter(lines, header);
    if (lineWriter !== undefined) writers.push(lineWriter);
    for (const plane of scans) {
      if (planeRole(plane).role !== "value") continue; // a spectrogram shows averages
      const writer =
        (isWaveform ? this.#waveWriter(plane, header) : undefined) ?? this.#scanWriter(plane, header);
      if (writer !== undefined) writers.push(writer);
    }
    return writers;
  }

  #quantity(plane: Plane, header: PacketHeader, axis: "y" | "z", name: string): Quantity {
    const properties = axisProperties(plane, header, this.#stream);
    const [scale, range] = [properties.scale(axis), properties.range(axis)];
    return {
      key: quantityKey(name, plane.units),
      name,
      units: plane.units,
      label: properties.label(axis, name, plane.units),
      ...(scale === undefined ? {} : { scale }),
      ...(range === undefined ? {} : { range }),
    };
  }

  #lineWriter(planes: readonly Plane[], header: PacketHeader): BatchWriter | undefined {
    const values = planes.filter((plane) => planeRole(plane).role === "value");
    const kept: { readonly plane: Plane; readonly column: LineColumn; readonly fill: FillTest }[] = [];
    for (const plane of planes) {
      const { quantity: of, role } = planeRole(plane);
      if (role !== "value" && role !== "low" && role !== "high") continue;
      // What does not say of which value it is belongs to the only one.
      const name = of === "" && role !== "value" ? (values[0]?.name ?? plane.name) : of;
      const quantity = this.#quantity(plane, header, plane.role === "z" ? "z" : "y", name);
      kept.push({
        plane,
        column: { quantity, role },
        fill: fillTest(planeFill(plane, header, this.#stream)),
      });
    }
    if (kept.length === 0) return undefined;
    const key = kept.map(({ column: { quantity, role } }) => `${role}\n${quantity.key}`).join("\n\n");
    const table = this.#lineTable(
      key,
      kept.map(({ column }) => column),
      header,
    );
    if (table === undefined) return undefined;
    return (batch, xs) =>
      table.add(
        xs,
        kept.map(({ plane, fill }) => this.#read(batch, plane, fill)),
      );
  }

  #lineTable(key: string, columns: readonly LineColumn[], header: PacketHeader): LineTable | undefined {
    let table = this.#lines.get(key);
    if (table === undefined) {
      if (this.#lines.size >= MOST_TABLES) return undefined;
      table = new LineTable(key, columns, this.span);
      this.#lines.set(key, table);
    }
    table.stated = this.#statedWidth(header) ?? table.stated;
    return table;
  }

  #scanWriter(plane: Plane, header: PacketHeader): BatchWriter | undefined {
    const tags = Float64Array.from(yTagValues(plane));
    const z = this.#quantity(plane, header, "z", plane.name);
    const yUnits = plane.yUnits ?? "";
    const properties = axisProperties(plane, header, this.#stream);
    const [scale, range] = [properties.scale("y") ?? suitableScale(tags), properties.range("y")];
    const y: Quantity = {
      key: quantityKey("", yUnits),
      name: axisName(yUnits),
      units: yUnits,
      label: properties.label("y", axisName(yUnits), yUnits),
      ...(scale === undefined ? {} : { scale }),
      ...(range === undefined ? {} : { range }),
    };
    const key = `${z.key}\n${yUnits}\n${tags.join(" ")}`;
    let table = this.#scans.get(key);
    if (table === undefined) {
      if (this.#scans.size >= MOST_TABLES) return undefined;
      table = new ScanTable(key, z, y, tags);
      this.#scans.set(key, table);
    }
    const into = table;
    into.stated = this.#statedWidth(header) ?? into.stated;
    const fill = fillTest(planeFill(plane, header, this.#stream));
    return (batch, xs) => into.add(xs, this.#read(batch, plane, fill));
  }

  /** The tags of a waveform are offsets of x, its values a line; das2-stream A15.3. `undefined` where they are no times. */
  #waveWriter(plane: Plane, header: PacketHeader): BatchWriter | undefined {
    const perTag = convertUnits(1, plane.yUnits ?? "", "microseconds");
    if (perTag === undefined) return undefined;
    const quantity = this.#quantity(plane, header, "z", plane.name);
    const table = this.#lineTable(`wave\n${quantity.key}`, [{ quantity, role: "value" }], header);
    if (table === undefined) return undefined;
    // The width that is stated is that of a whole packet.
    table.stated = undefined;
    const offsets = yTagValues(plane).map((tag) => tag * perTag);
    const fill = fillTest(planeFill(plane, header, this.#stream));
    return (batch, starts) => {
      const values = this.#read(batch, plane, fill);
      const xs = new Float64Array(values.length);
      for (let i = 0; i < starts.length; i++)
        for (let n = 0; n < plane.items; n++) xs[i * plane.items + n] = starts[i]! + offsets[n]!;
      table.add(xs, [values]);
      this.latest = Math.max(this.latest, xs[xs.length - 1] ?? this.latest);
    };
  }

  /** Values of a plane, fill as NaN. */
  #read(batch: PacketBatch, plane: Plane, { lo, hi }: FillTest): Float64Array {
    const length = batch.count * plane.items;
    const values = new Float64Array(length);
    readPlane(batch, plane, values);
    for (let i = 0; i < length; i++) {
      const v = values[i]!;
      if ((v >= lo && v <= hi) || !Number.isFinite(v)) values[i] = Number.NaN;
    }
    return values;
  }

  /** `xTagWidth`, microseconds. */
  #statedWidth(header: PacketHeader): number | undefined {
    const property = cascade("xTagWidth", header.planes[0]!, header, this.#stream.properties);
    const datum = property && datumProperty([property], "xTagWidth");
    if (datum === undefined || !(datum.value > 0)) return undefined;
    return convertUnits(datum.value, datum.units, "microseconds");
  }
}

function isTime(plane: Plane): boolean {
  return plane.type.kind === "time" || epochUnit(plane.units) !== undefined;
}

/** What tags in these units are of, where the units tell. */
function axisName(units: string): string {
  const name = coordinateOfUnits(units) ?? "";
  return plainLabel(name.slice(0, 1).toUpperCase() + name.slice(1));
}

/** Tags that are nearer to even steps of their logarithms than of themselves, over more than a power of ten. */
function suitableScale(tags: Float64Array): ScaleType | undefined {
  const sorted = tags.filter((tag) => tag > 0).sort();
  if (sorted.length < 3 || sorted.length < tags.length - 1) return undefined;
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  if (high / low < 10) return undefined;
  const place = Math.floor(sorted.length / 2);
  const half = place / (sorted.length - 1);
  const middle = sorted[place]!;
  const byLog = Math.abs(Math.log(middle / low) / Math.log(high / low) - half);
  return byLog < Math.abs((middle - low) / (high - low) - half) ? "log" : undefined;
}
