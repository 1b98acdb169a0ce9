import { BatchBuilder } from "../../stream/batch-builder.js";
import type { StreamItem } from "../../stream/model.js";
import type { PacketPlan, PlannedPacket } from "./packet-plan.js";
import type { RecordValues } from "./record-layout.js";

const SPACE = 0x20;

interface Builder extends PlannedPacket {
  readonly builder: BatchBuilder;
}

/** Turns records into packets, one of each planned kind a record. */
export class RecordPackets {
  readonly #builders: readonly Builder[];

  constructor(plan: PacketPlan) {
    this.#builders = plan.packets.map((packet) => ({ ...packet, builder: new BatchBuilder(packet.header) }));
  }

  /** Adds a record; whether {@link take} must be called before the next. */
  add(us2000: number, record: RecordValues): boolean {
    let full = false;
    for (const { builder, runs } of this.#builders) {
      const at = builder.next();
      const { view, bytes } = builder;
      view.setFloat64(at + 4, us2000, true);
      for (const { from, count, offset, textWidth } of runs) {
        if (textWidth > 0) writeText(bytes, at + offset, textWidth, record.texts[from]);
        else
          for (let i = 0; i < count; i++)
            view.setFloat64(at + offset + 8 * i, record.numbers[from + i]!, true);
      }
      full ||= builder.full;
    }
    return full;
  }

  /** The packets since the last call, in order of time; they hold until the next {@link add}. */
  take(): readonly StreamItem[] {
    const [first] = this.#builders;
    const count = first?.builder.count ?? 0;
    if (count === 0) return [];
    const batches = this.#builders.flatMap(({ builder }) => builder.take() ?? []);
    if (batches.length === 1) return batches.map((batch) => ({ kind: "data", batch }));
    const items: StreamItem[] = [];
    for (let i = 0; i < count; i++)
      for (const { header, bytes } of batches) {
        const { stride } = header;
        items.push({
          kind: "data",
          batch: { header, bytes: bytes.subarray(i * stride, (i + 1) * stride), count: 1 },
        });
      }
    return items;
  }
}

/** Right justified, as numbers in text planes are; the last byte separates. */
function writeText(bytes: Uint8Array, at: number, width: number, text: Uint8Array | undefined): void {
  bytes.fill(SPACE, at, at + width);
  const shown = (text ?? []).slice(0, width - 1);
  bytes.set(shown, at + width - 1 - shown.length);
}
