import { type Bands, bandsOf, CellGrid, NO_VALUE } from "../../plot/cell-grid.js";
import type { SpectrogramPanel } from "../../plot/figure.js";
import { suitableScale } from "../../plot/tag-scale.js";
import { Cadence, type XColumns } from "../../plot/x-columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { coordinateOfUnits } from "../plane-roles.js";
import { type AxisProperties, axisProperties } from "./labels.js";

/** Rows of a grid: more than a panel usually has pixels. */
const MOST_ROWS = 600;

/** A quantity over x and y, from all packets that tell of it, whatever their tags. */
export class ScanQuantity {
  readonly grid: CellGrid;
  readonly name: string;
  readonly units: string;
  readonly yUnits: string;
  readonly properties: AxisProperties;
  readonly cadence = new Cadence();
  stated: number | undefined;

  constructor(columns: XColumns, rows: number, plane: Plane, packet: PacketHeader, stream: StreamHeader) {
    this.properties = axisProperties(plane, packet, stream);
    this.name = plane.name;
    this.units = plane.units;
    this.yUnits = plane.yUnits ?? "";
    const scale = this.properties.scale("y") ?? suitableScale(yTagValues(plane));
    this.grid = new CellGrid(columns, Math.min(rows, MOST_ROWS), scale);
  }

  get panel(): SpectrogramPanel {
    const { properties, grid, cadence, stated } = this;
    const [zScale, zRange, yRange] = [properties.scale("z"), properties.range("z"), properties.range("y")];
    return {
      kind: "spectrogram",
      yLabel: properties.label("y", axisName(this.yUnits), this.yUnits),
      zLabel: properties.label("z", this.name, this.units),
      grid,
      cadence,
      ...(yRange === undefined ? {} : { yRange }),
      ...(zScale === undefined ? {} : { zScale }),
      ...(zRange === undefined ? {} : { zRange }),
      ...(stated === undefined ? {} : { stated }),
    };
  }
}

/** What tags in these units are of, where the units tell. */
function axisName(units: string): string {
  const name = coordinateOfUnits(units) ?? "";
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/**
 * Adds the records of one plane to its quantity: the values of a column are gathered by tag, and put into the cells of the tag's band
 * when the next column begins, so that a record costs its values and not the pixels that it covers.
 */
export class ScanWriter {
  readonly #quantity: ScanQuantity;
  readonly #bands: Bands;
  readonly #fill: FillTest;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  #x = Number.NaN;
  #firstX = Number.NaN;
  #lastX = Number.NaN;

  constructor(quantity: ScanQuantity, plane: Plane, packet: PacketHeader, stream: StreamHeader) {
    this.#quantity = quantity;
    this.#bands = bandsOf(yTagValues(plane), quantity.grid.scale);
    this.#fill = fillTest(planeFill(plane, packet, stream));
    this.#sums = new Float64Array(plane.items);
    this.#counts = new Uint32Array(plane.items);
  }

  /** Takes one record: `values[from]` and those behind. */
  add(x: number, values: Float64Array, from: number): void {
    const { grid, cadence } = this.#quantity;
    cadence.add(x);
    const place = grid.columns.column(x);
    // A column of an x that came before may have become another in the meantime.
    if (!Number.isNaN(this.#x) && grid.columns.column(this.#x) !== place) this.flush();
    if (place < 0) return;
    if (Number.isNaN(this.#x)) this.#firstX = x;
    this.#x = x;
    this.#lastX = x;
    const { lo, hi } = this.#fill;
    for (let i = 0; i < this.#sums.length; i++) {
      const v = values[from + i]!;
      if ((v >= lo && v <= hi) || !Number.isFinite(v)) continue;
      this.#sums[i]! += v;
      this.#counts[i]!++;
    }
  }

  /** Puts what is gathered into the grid. */
  flush(): void {
    if (Number.isNaN(this.#x)) return;
    const { grid } = this.#quantity;
    grid.widen(this.#bands);
    const c = grid.columns.column(this.#x);
    if (c >= 0) {
      grid.visit(c, this.#firstX);
      grid.visit(c, this.#lastX);
      const { low, high } = this.#bands;
      for (let i = 0; i < this.#sums.length; i++) {
        if (Number.isNaN(low[i]!)) continue;
        const count = this.#counts[i]!;
        grid.add(
          c,
          low[i]!,
          high[i]!,
          count === 0 ? 0 : this.#sums[i]! / count,
          count === 0 ? NO_VALUE : count,
        );
      }
    }
    this.#sums.fill(0);
    this.#counts.fill(0);
    this.#x = Number.NaN;
  }
}
