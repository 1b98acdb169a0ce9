import type { PointsPanel, SpectrogramPanel } from "../../plot/figure.js";
import { PointGrid } from "../../plot/point-grid.js";
import { Cadence, type XColumns } from "../../plot/x-columns.js";
import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { type AxisProperties, axisProperties } from "./labels.js";
import { TagRows } from "./tag-rows.js";

/** Rows of a grid: more than a panel usually has pixels. */
const MOST_ROWS = 600;

/** A quantity over x and a y that has a value in each record: marks, or cells where the points form a grid. Source: das2-stream A5, A15.2. */
export class PointQuantity {
  readonly #y: Plane;
  readonly #z: Plane;
  readonly #ofY: AxisProperties;
  readonly #ofZ: AxisProperties;
  readonly #grid: PointGrid;
  readonly #tags: TagRows;
  readonly #rows: number;
  readonly #cadence = new Cadence();
  stated: number | undefined;

  /** @param planes y and z of the first packet that tells of it */
  constructor(
    columns: XColumns,
    rows: number,
    [y, z]: readonly [y: Plane, z: Plane],
    packet: PacketHeader,
    stream: StreamHeader,
  ) {
    this.#y = y;
    this.#z = z;
    this.#ofY = axisProperties(y, packet, stream);
    this.#ofZ = axisProperties(z, packet, stream);
    this.#rows = Math.min(rows, MOST_ROWS);
    this.#grid = new PointGrid(columns, this.#rows, this.#ofY.scale("y") ?? "linear");
    this.#tags = new TagRows(columns);
  }

  get properties(): AxisProperties {
    return this.#ofZ;
  }

  /** Takes records: `count` values of x, y and z, what is fill left out. */
  add(
    xs: Float64Array,
    ys: Float64Array,
    values: Float64Array,
    { count, y, z }: { readonly count: number; readonly y: FillTest; readonly z: FillTest },
  ): void {
    for (let i = 0; i < count; i++) {
      this.#cadence.add(xs[i]!);
      if (isFill(ys[i]!, y) || isFill(values[i]!, z)) continue;
      this.#grid.add(xs[i]!, ys[i]!, values[i]!);
      this.#tags.add(xs[i]!, ys[i]!, values[i]!);
    }
  }

  /** What is drawn; `undefined` where no point came. */
  get panel(): PointsPanel | SpectrogramPanel | undefined {
    if (this.#grid.rows.range === undefined) return undefined;
    const [zScale, zRange, yRange] = [this.#ofZ.scale("z"), this.#ofZ.range("z"), this.#ofY.range("y")];
    const common = {
      yLabel: this.#ofY.label("y", this.#y.name, this.#y.units),
      zLabel: this.#ofZ.label("z", this.#z.name, this.#z.units),
      ...(yRange === undefined ? {} : { yRange }),
      ...(zScale === undefined ? {} : { zScale }),
      ...(zRange === undefined ? {} : { zRange }),
    };
    const grid = this.#tags.grid(this.#rows, this.#ofY.scale("y"));
    return grid === undefined
      ? { kind: "points", ...common, grid: this.#grid }
      : {
          kind: "spectrogram",
          ...common,
          grid,
          cadence: this.#cadence,
          ...(this.stated === undefined ? {} : { stated: this.stated }),
        };
  }
}

function isFill(value: number, { lo, hi }: FillTest): boolean {
  return (value >= lo && value <= hi) || !Number.isFinite(value);
}

/** The tests for fill of y and z of a packet. */
export function pointFills(
  [y, z]: readonly [y: Plane, z: Plane],
  packet: PacketHeader,
  stream: StreamHeader,
): { readonly y: FillTest; readonly z: FillTest } {
  return {
    y: fillTest(planeFill(y, packet, stream)),
    z: fillTest(planeFill(z, packet, stream)),
  };
}
