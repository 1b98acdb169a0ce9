import { plotSides } from "../../plot/draw-figure.js";
import type { Figure, PointsPanel, SpectrogramPanel } from "../../plot/figure.js";
import { plainLabel } from "../../plot/label.js";
import type { PictureSize } from "../../plot/picture-size.js";
import { XColumns } from "../../plot/x-columns.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import { readPlane, readX, readXUs2000 } from "../../stream/columns.js";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade, datumProperty, propertyText } from "../../stream/properties.js";
import { timeToUs2000 } from "../../stream/time.js";
import { convertUnits } from "../../stream/units.js";
import { timeUnit } from "../time-text-writer.js";
import { axisProperties, expandMacros } from "./labels.js";
import { linePanels } from "./line-panels.js";
import { LineQuantity } from "./line-planes.js";
import type { PictureOptions } from "./options.js";
import { planeRole } from "./plane-role.js";
import { PointQuantity, pointFills } from "./point-planes.js";
import { ScanQuantity, ScanWriter } from "./scan-planes.js";

/** Takes the records of one plane; `values` holds `items` for each x. */
type PlaneWriter = (xs: Float64Array, values: Float64Array, count: number) => void;

interface Packet {
  readonly writers: readonly { readonly plane: Plane; readonly write: PlaneWriter }[];
  readonly flush: () => void;
}

/** Quantities of a picture: each has memory of its own, and more have no room. */
const MOST_LINES = 24;
const MOST_SCANS = 6;
/** Values of a batch that are read at once. */
const PART_VALUES = 262_144;

/** Gathers what a picture shows of a stream; memory is that of the picture. */
export class FigureGatherer {
  readonly #options: PictureOptions;
  readonly #size: PictureSize;
  #stream: StreamHeader = BARE_HEADER;
  #columns: XColumns | undefined;
  #x: Plane | undefined;
  #xLabel = "";
  readonly #packets = new Map<number, Packet>();
  readonly #lines = new Map<string, LineQuantity>();
  readonly #scans = new Map<string, ScanQuantity>();
  readonly #points = new Map<string, PointQuantity>();
  #left = 0;
  #values = new Float64Array(0);
  #xs = new Float64Array(0);

  constructor(options: PictureOptions, size: PictureSize) {
    this.#options = options;
    this.#size = size;
  }

  stream(header: StreamHeader): void {
    this.#stream = header;
  }

  define(header: PacketHeader): void {
    this.#packets.get(header.id)?.flush();
    const x = header.planes[0]!; // every packet has one
    const planes = header.planes.slice(1).filter((plane) => timeUnit(plane) === undefined);
    const y = planes.find(({ role }) => role === "y");
    const zs = y === undefined ? [] : planes.filter(({ role }) => role === "z");
    const hasScans = planes.some(({ role }) => role === "yscan") && !this.#isWaveform;
    this.#columns ??= this.#makeColumns(x, hasScans || zs.length > 0);
    this.#x ??= x;
    const scanWriters: ScanWriter[] = [];
    const pointWriters = y === undefined || zs.length === 0 ? [] : this.#pointWriters(y, zs, header);
    const others = zs.length === 0 ? planes : planes.filter((plane) => plane !== y && !zs.includes(plane));
    const writers = others.flatMap((plane) => {
      const write =
        plane.role === "yscan"
          ? this.#scanWriter(plane, header, scanWriters)
          : this.#lineWriter(plane, header);
      return write === undefined ? [] : [{ plane, write }];
    });
    writers.push(...pointWriters);
    this.#packets.set(header.id, {
      writers,
      flush: () => {
        for (const writer of scanWriters) writer.flush();
      },
    });
  }

  /** Errors: UNSUITED_STREAM where one x is a time and another is not. */
  data(batch: PacketBatch): void {
    const packet = this.#packets.get(batch.header.id);
    if (packet === undefined) return; // a data item follows the definition of its id
    const { header } = batch;
    const widest = Math.max(1, ...packet.writers.map(({ plane }) => plane.items));
    const most = Math.max(1, Math.floor(PART_VALUES / widest));
    for (let first = 0; first < batch.count; first += most) {
      const count = Math.min(most, batch.count - first);
      const bytes = batch.bytes.subarray(first * header.stride, (first + count) * header.stride);
      const part = { header, bytes, count };
      if (this.#xs.length < count) this.#xs = new Float64Array(count);
      if (this.#isTime) readXUs2000(part, this.#xs);
      else readX(part, this.#xs);
      for (const { plane, write } of packet.writers) {
        if (this.#values.length < count * plane.items) this.#values = new Float64Array(count * plane.items);
        readPlane(part, plane, this.#values);
        write(this.#xs, this.#values, count);
      }
    }
  }

  /** The figure of everything that came. */
  get figure(): Figure {
    for (const { flush } of this.#packets.values()) flush();
    const panels = [...this.#scanPanels(), ...this.#pointPanels(), ...linePanels([...this.#lines.values()])];
    const raw = (name: string) => propertyText(this.#stream.properties, name);
    const title = raw("title");
    const about = raw("xCacheResInfo");
    return {
      title: [
        title === undefined ? plainLabel(this.#options.title ?? "") : expandMacros(title, "title", raw),
        about ?? "",
      ]
        .filter((text) => text !== "")
        .join(" "),
      columns: this.#columns ?? this.#makeColumns(undefined, false),
      isTime: this.#isTime,
      xLabel: this.#isTime ? "UTC" : this.#xLabel,
      panels,
      empty: "No data",
      ...(this.#left > 0 ? { note: `${this.#left} more quantities are not shown` } : {}),
    };
  }

  get #isWaveform(): boolean {
    return propertyText(this.#stream.properties, "renderer") === "waveform";
  }

  get #isTime(): boolean {
    return this.#x === undefined ? this.#options.range !== undefined : timeUnit(this.#x) !== undefined;
  }

  /** One column for each pixel of a range that is given; of one that is not, at least half of the columns are in it at the end. */
  #makeColumns(x: Plane | undefined, hasColours: boolean): XColumns {
    const { range } = this.#options;
    const { left, right } = plotSides(this.#size, hasColours);
    const isTime = x === undefined || timeUnit(x) !== undefined;
    if (!isTime || range === undefined) return new XColumns(2 * (right - left));
    return new XColumns(right - left, { begin: timeToUs2000(range.begin), end: timeToUs2000(range.end) });
  }

  #lineWriter(plane: Plane, header: PacketHeader): PlaneWriter | undefined {
    const { quantity: name, role } = planeRole(plane);
    const quantity = this.#lineQuantity(plane.role === "z" ? "z" : "y", name, plane, header);
    const fill = fillTest(planeFill(plane, header, this.#stream));
    return quantity && ((xs, values, count) => quantity.add(role, xs, values, count, fill));
  }

  #lineQuantity(axis: "y" | "z", name: string, plane: Plane, header: PacketHeader): LineQuantity | undefined {
    const key = `${name}\n${plane.units}`;
    let quantity = this.#lines.get(key);
    if (quantity === undefined) {
      if (this.#lines.size === MOST_LINES) {
        this.#left++;
        return undefined;
      }
      const properties = axisProperties(plane, header, this.#stream);
      // Columns are made before any plane is looked at.
      quantity = new LineQuantity(this.#columns!, name, plane.units, axis, properties);
      this.#lines.set(key, quantity);
      this.#xLabel ||= properties.label("x", header.planes[0]!.name, header.planes[0]!.units);
    }
    quantity.stated = this.#statedWidth(header) ?? quantity.stated;
    return quantity;
  }

  /** Of a y its values are kept until those of each z of the same records come. */
  #pointWriters(y: Plane, zs: readonly Plane[], header: PacketHeader): readonly Packet["writers"][number][] {
    let ys = new Float64Array(0);
    const keep: PlaneWriter = (_, values, count) => {
      if (ys.length < count) ys = new Float64Array(count);
      ys.set(values.subarray(0, count));
    };
    const writers = zs.flatMap((z) => {
      const quantity = this.#pointQuantity(y, z, header);
      if (quantity === undefined) return [];
      const fills = pointFills([y, z], header, this.#stream);
      const write: PlaneWriter = (xs, values, count) => quantity.add(xs, ys, values, { count, ...fills });
      return [{ plane: z, write }];
    });
    return [{ plane: y, write: keep }, ...writers];
  }

  #pointQuantity(y: Plane, z: Plane, header: PacketHeader): PointQuantity | undefined {
    if (planeRole(z).role !== "value") return undefined; // points show averages
    const key = `${z.name}\n${z.units}\n${y.name}\n${y.units}`;
    let quantity = this.#points.get(key);
    if (quantity === undefined) {
      if (this.#points.size + this.#scans.size === MOST_SCANS) {
        this.#left++;
        return undefined;
      }
      quantity = new PointQuantity(this.#columns!, this.#size.height, [y, z], header, this.#stream); // made before
      this.#points.set(key, quantity);
      this.#xLabel ||= quantity.properties.label("x", header.planes[0]!.name, header.planes[0]!.units);
    }
    quantity.stated = this.#statedWidth(header) ?? quantity.stated;
    return quantity;
  }

  #scanWriter(plane: Plane, header: PacketHeader, writers: ScanWriter[]): PlaneWriter | undefined {
    const { quantity: name, role } = planeRole(plane);
    if (role !== "value") return undefined; // a spectrogram shows averages
    if (this.#isWaveform) {
      const writer = this.#waveWriter(name, plane, header);
      if (writer !== undefined) return writer;
    }
    const key = `${name}\n${plane.units}\n${plane.yUnits ?? ""}`;
    let quantity = this.#scans.get(key);
    if (quantity === undefined) {
      if (this.#points.size + this.#scans.size === MOST_SCANS) {
        this.#left++;
        return undefined;
      }
      quantity = new ScanQuantity(this.#columns!, this.#size.height, plane, header, this.#stream);
      this.#scans.set(key, quantity);
      this.#xLabel ||= quantity.properties.label("x", header.planes[0]!.name, header.planes[0]!.units);
    }
    quantity.stated = this.#statedWidth(header) ?? quantity.stated;
    const writer = new ScanWriter(quantity, plane, header, this.#stream);
    writers.push(writer);
    return (xs, values, count) => {
      for (let i = 0; i < count; i++) writer.add(xs[i]!, values, i * plane.items);
    };
  }

  /** The tags of a waveform are offsets of x, its values a line; das2-stream A15.3. `undefined` where they are no times. */
  #waveWriter(name: string, plane: Plane, header: PacketHeader): PlaneWriter | undefined {
    const perTag = this.#isTime ? convertUnits(1, plane.yUnits ?? "", "microseconds") : 1;
    if (perTag === undefined) return undefined;
    const quantity = this.#lineQuantity("z", name, plane, header);
    if (quantity === undefined) return undefined;
    const offsets = yTagValues(plane).map((tag) => tag * perTag);
    const fill = fillTest(planeFill(plane, header, this.#stream));
    const xs = new Float64Array(plane.items);
    // The width that is stated is that of a whole packet.
    quantity.stated = undefined;
    return (starts, values, count) => {
      for (let i = 0; i < count; i++) {
        for (let item = 0; item < plane.items; item++) xs[item] = starts[i]! + offsets[item]!;
        const own = values.subarray(i * plane.items, (i + 1) * plane.items);
        quantity.add("value", xs, own, plane.items, fill);
      }
    };
  }

  /** `xTagWidth` in the units of x. */
  #statedWidth(header: PacketHeader): number | undefined {
    const x = header.planes[0]!; // every packet has one
    const property = cascade("xTagWidth", x, header, this.#stream.properties);
    const datum = property && datumProperty([property], "xTagWidth");
    if (datum === undefined || !(datum.value > 0)) return undefined;
    return this.#isTime
      ? convertUnits(datum.value, datum.units, "microseconds")
      : convertUnits(datum.value, datum.units, x.units);
  }

  #scanPanels(): readonly SpectrogramPanel[] {
    return [...this.#scans.values()].filter(({ grid }) => grid.low < grid.high).map(({ panel }) => panel);
  }

  #pointPanels(): readonly (PointsPanel | SpectrogramPanel)[] {
    return [...this.#points.values()].flatMap(({ panel }) => panel ?? []);
  }
}
