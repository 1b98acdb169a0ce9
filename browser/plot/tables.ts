import type { Span } from "../../plot/span.js";
import { type LineColumn, LineTable } from "./line-table.js";
import { PointTable } from "./point-table.js";
import type { Quantity } from "./quantity.js";
import { ScanTable } from "./scan-table.js";

/** Kinds of packets and planes that are kept: streams have a handful. */
const MOST_TABLES = 64;

/** What is kept of a stream: tables of lines, spectrograms and points, by what they hold. */
export class Tables {
  readonly #span: Span;
  readonly #lines = new Map<string, LineTable>();
  readonly #scans = new Map<string, ScanTable>();
  readonly #points = new Map<string, PointTable>();

  /** @param span the range that is asked for */
  constructor(span: Span) {
    this.#span = span;
  }

  get lines(): readonly LineTable[] {
    return [...this.#lines.values()];
  }

  get scans(): readonly ScanTable[] {
    return [...this.#scans.values()];
  }

  get points(): readonly PointTable[] {
    return [...this.#points.values()];
  }

  /** The table of lines of these columns; `undefined` where there are too many. The others likewise. */
  line(key: string, columns: readonly LineColumn[]): LineTable | undefined {
    return found(this.#lines, key, () => new LineTable(key, columns, this.#span));
  }

  scan(z: Quantity, y: Quantity, tags: Float64Array): ScanTable | undefined {
    const key = `${z.key}\n${y.units}\n${tags.join(" ")}`;
    return found(this.#scans, key, () => new ScanTable(key, z, y, tags));
  }

  point(z: Quantity, y: Quantity): PointTable | undefined {
    const key = `${z.key}\n${y.key}`;
    return found(this.#points, key, () => new PointTable(key, z, y));
  }

  /** Whether some records are not kept, because they were very many. */
  get isThinned(): boolean {
    return [...this.lines, ...this.scans, ...this.points].some(({ count, x }) => count > x.length);
  }

  /** Values that are kept. */
  get size(): number {
    let size = 0;
    for (const { x, values } of this.lines) size += x.length * (values.length + 1);
    for (const { x, tags } of this.scans) size += x.length * (tags.length + 1);
    for (const { x } of this.points) size += x.length * 3;
    return size;
  }

  /** The least of the usual distances of records, microseconds; `undefined` where no table has two of them. */
  get usualDistance(): number | undefined {
    const all = [...this.lines, ...this.scans, ...this.points].flatMap(({ cadence }) => cadence.usual ?? []);
    return all.length === 0 ? undefined : Math.min(...all);
  }
}

function found<T>(tables: Map<string, T>, key: string, make: () => T): T | undefined {
  const known = tables.get(key);
  if (known !== undefined || tables.size >= MOST_TABLES) return known;
  const made = make();
  tables.set(key, made);
  return made;
}
