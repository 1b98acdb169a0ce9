import type { OutputValue } from "../../reducers/binning/plane-plan.js";
import type { RecordPart, RecordPlan } from "../../reducers/binning/record-layout.js";
import type { PositionAxis } from "../../reducers/positions.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, Plane } from "../../stream/model.js";
import type { BinnedBlock } from "./binned-blocks.js";
import { type RecordHeaders, recordHeaders } from "./level-item.js";

/** Room for records that wait, bytes; what comes next gathers more. */
const OUTPUT_BYTES = 16_384;

/** Writes a value of a record as a plane of the packet at `at` of `out`. */
export type PutValue = (value: OutputValue, plane: Plane, out: BatchBuilder, at: number) => void;

/** Records of one type at one level on their way to a block. */
export class TypeOutput {
  readonly headers: RecordHeaders;
  readonly axis: PositionAxis;
  readonly #parts: readonly { readonly part: RecordPart; readonly builder: BatchBuilder }[];
  /** Whose records wait. */
  owner: BinnedBlock | undefined;
  /** One packet, to see where its x comes to lie; missing where that is known. */
  readonly #trial: BatchBuilder | undefined;
  readonly #shown = new Float64Array(1);

  constructor({ main, companion }: RecordPlan, axis: PositionAxis) {
    this.axis = axis;
    this.headers = recordHeaders(main.header, companion?.header);
    const parts = companion === undefined ? [main] : [main, companion];
    this.#parts = parts.map((part) => ({
      part,
      // As many records in both.
      builder: new BatchBuilder(
        part.header,
        part.header.stride * Math.max(1, Math.floor(OUTPUT_BYTES / main.header.stride)),
      ),
    }));
    const { type, units } = axis.plane;
    const isExact = type.kind === "real" && type.width === 8 && units === "us2000";
    this.#trial = isExact ? undefined : new BatchBuilder(main.header, 1);
  }

  get full(): boolean {
    return this.#parts[0]!.builder.full;
  }

  /** Where a record with that position says it is: text, for example, has few digits. */
  shownAt(position: number): number {
    const trial = this.#trial;
    if (trial === undefined) return position;
    this.axis.write(trial.bytes, trial.view, trial.next() + 4, position);
    const batch = trial.take();
    if (batch !== undefined) readXUs2000(batch, this.#shown);
    return this.#shown[0]!;
  }

  /** Writes a record. @param put writes a value of it */
  write(position: number, put: PutValue): void {
    for (const { part, builder } of this.#parts) {
      const at = builder.next();
      this.axis.write(builder.bytes, builder.view, at + 4, position);
      for (let i = 0; i < part.values.length; i++)
        put(part.values[i]!, part.header.planes[i + 1]!, builder, at);
    }
  }

  /** The records that wait, as views that hold until the next is written; `undefined` if there are none. */
  take(): { readonly main: PacketBatch; readonly companion: PacketBatch | undefined } | undefined {
    this.owner = undefined;
    const [main, companion] = this.#parts.map(({ builder }) => builder.take());
    return main === undefined ? undefined : { main, companion };
  }
}
