import { expandMacros } from "../../formats/png/labels.js";
import type { Span } from "../../plot/span.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import { readXUs2000, xUnits } from "../../stream/columns.js";
import type { PacketBatch, PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import { datumProperty, propertyText } from "../../stream/properties.js";
import { convertUnits, epochUnit } from "../../stream/units.js";
import type { LineTable } from "./line-table.js";
import { type BatchWriter, packetWriters } from "./packet-writers.js";
import type { PointTable } from "./point-table.js";
import type { ScanTable } from "./scan-table.js";
import { Tables } from "./tables.js";

/** Records that are further apart than this many bins are not what fills the bins: their distance is their own. */
const SPARSE = 1.5;

/**
 * What a plot page keeps of a das2 stream, gathered while its items come: lines, scans and points as columns, fill as NaN, and what it says
 * of itself. Planes that are times and an x that is no time are left out. Source: das2-stream A5, A8, A9.
 */
export class StreamColumns {
  /** What is asked for. */
  readonly span: Span;
  #stream: StreamHeader = BARE_HEADER;
  readonly #writers = new Map<number, readonly BatchWriter[]>();
  readonly #tables: Tables;
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
    this.#tables = new Tables(span);
  }

  get lines(): readonly LineTable[] {
    return this.#tables.lines;
  }

  get scans(): readonly ScanTable[] {
    return this.#tables.scans;
  }

  get points(): readonly PointTable[] {
    return this.#tables.points;
  }

  /** Whether some records are not kept, because they were very many. */
  get isThinned(): boolean {
    return this.#tables.isThinned;
  }

  /** Values that are kept. */
  get size(): number {
    return this.#tables.size;
  }

  /** How far apart the records of the source are, microseconds; `undefined` where only bins of them are known. */
  get cadence(): number | undefined {
    const usual = this.#tables.usualDistance;
    return usual !== undefined && (this.binUs === 0 || usual > SPARSE * this.binUs) ? usual : undefined;
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

  #define(header: PacketHeader): readonly BatchWriter[] {
    if (epochUnit(xUnits(header.planes[0]!)) !== undefined)
      // every packet has an x
      return packetWriters(header, this.#stream, this.#tables);
    this.hasOtherX = true;
    return [];
  }

  #data(batch: PacketBatch): void {
    const writers = this.#writers.get(batch.header.id) ?? [];
    if (writers.length === 0) return;
    const xs = new Float64Array(batch.count);
    readXUs2000(batch, xs);
    for (const x of xs) if (x > this.latest) this.latest = x;
    this.records += batch.count;
    for (const write of writers) this.latest = Math.max(this.latest, write(batch, xs) ?? this.latest);
  }
}
