import { type Cycle, cycleOf } from "../../plot/cycle.js";
import type { Line, LineStyle } from "../../plot/figure.js";
import { labelWithoutUnits, plainLabel, unitsLabel } from "../../plot/label.js";
import { LineBins } from "../../plot/line-bins.js";
import type { ScaleType } from "../../plot/ticks.js";
import { Cadence, type XColumns } from "../../plot/x-columns.js";
import type { FillTest } from "../../stream/fill.js";
import type { AxisProperties } from "./labels.js";
import type { Role } from "./plane-role.js";

/** A quantity that is drawn as a line, from all planes and packets that tell of it. */
export class LineQuantity {
  readonly units: string;
  readonly axis: "y" | "z";
  readonly name: string;
  readonly properties: AxisProperties;
  readonly cadence = new Cadence();
  readonly #columns: XColumns;
  readonly #bins = new Map<Role, LineBins>();
  stated: number | undefined;

  constructor(columns: XColumns, name: string, units: string, axis: "y" | "z", properties: AxisProperties) {
    this.#columns = columns;
    this.name = name;
    this.units = units;
    this.axis = axis;
    this.properties = properties;
  }

  /** Takes the values of a plane, one for each x. */
  add(role: Role, xs: Float64Array, values: Float64Array, count: number, { lo, hi }: FillTest): void {
    if (role === "other" || role === "spread") return;
    let bins = this.#bins.get(role);
    if (bins === undefined) {
      bins = new LineBins(this.#columns, this.cycle);
      this.#bins.set(role, bins);
    }
    for (let i = 0; i < count; i++) {
      const v = values[i]!;
      if (role === "value") this.cadence.add(xs[i]!);
      if ((v >= lo && v <= hi) || !Number.isFinite(v)) bins.skip();
      else bins.add(xs[i]!, v);
    }
  }

  /** What is drawn; `undefined` where there is no line. */
  get line(): Line | undefined {
    const low = this.#bins.get("low");
    const high = this.#bins.get("high");
    // Without the middle of a band, its upper edge is the line.
    const bins = this.#bins.get("value") ?? high ?? low;
    if (bins === undefined) return undefined;
    return {
      label: this.lineLabel,
      bins,
      cadence: this.cadence,
      // Of peaks alone the band reaches from the average to them.
      ...(low === undefined && high === undefined ? {} : { low: low ?? bins, high: high ?? bins }),
      ...(this.stated === undefined ? {} : { stated: this.stated }),
      ...(this.style === undefined ? {} : { style: this.style }),
    };
  }

  /** As the property `renderer` has it; other words say nothing of lines. Source: das2-stream A15.3. */
  get style(): LineStyle | undefined {
    const word = this.properties.text("renderer");
    return word === "stairSteps" ? "steps" : word === "symbolLine" ? "symbols" : undefined;
  }

  /** Whether it begins again where it ends, as a longitude does. */
  get cycle(): Cycle | undefined {
    return cycleOf(this.units, this.properties.range(this.axis) ?? this.properties.valid(this.axis));
  }

  get scale(): ScaleType | undefined {
    return this.properties.scale(this.axis);
  }

  /** The name of the axis where this quantity is alone on it. */
  get axisLabel(): string {
    return this.properties.label(this.axis, this.name, this.units);
  }

  /** The name of the line among others on one axis, which has the units. */
  get lineLabel(): string {
    const label = this.properties.text(`${this.axis}Label`) ?? "";
    if (label.trim() === "") return plainLabel(this.name);
    return this.units.trim() === "" ? label : labelWithoutUnits(label);
  }

  /** The name of an axis that several quantities share. */
  get sharedLabel(): string {
    return this.units.trim() === "" ? "" : unitsLabel(this.units);
  }
}
