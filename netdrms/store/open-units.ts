import { opendir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Series } from "../series/model.js";
import type { UnitMaker } from "../session/session-units.js";
import type { NewUnit } from "../sums/allocate.js";
import { slotFolder } from "../sums/unit-path.js";

/** Slot of a unit that is being written. */
export interface OpenSlot {
  readonly unit: NewUnit;
  readonly slot: number;
}

/** The storage units of a program that writes, filled slot by slot: as many records to a unit as its series says. Source: netdrms 1.1. */
export class OpenUnits {
  readonly #maker: UnitMaker;
  /** By lower-case name of the series. */
  readonly #free = new Map<string, OpenSlot[]>();

  constructor(maker: UnitMaker) {
    this.#maker = maker;
  }

  /** The next free slot of a series, in a new unit where there is none. Errors: those of `UnitMaker.allocate`. */
  async take(series: Series): Promise<OpenSlot> {
    const free = this.#freeOf(series);
    if (free.length === 0) {
      const slots = Math.max(1, series.unitSize);
      const unit = await this.#maker.allocate({ group: series.tapeGroup, slots });
      for (let slot = 0; slot < slots; slot++) free.push({ unit, slot });
    }
    return free.shift()!;
  }

  /** Gives slots back, emptied: nothing of a record that failed stays. One that cannot be emptied is not used again. */
  async giveBack(series: Series, slots: readonly OpenSlot[]): Promise<void> {
    const empty: OpenSlot[] = [];
    for (const one of slots)
      await emptyFolder(join(one.unit.folder, slotFolder(one.slot))).then(
        () => empty.push(one),
        () => undefined,
      );
    this.#freeOf(series).unshift(...empty);
  }

  /** Has the records of slots kept with the session. Errors: those of `UnitMaker.keep`. */
  async keep(series: Series, filled: readonly (OpenSlot & { readonly recnum: bigint })[]): Promise<void> {
    const units = new Map<bigint, { readonly unit: NewUnit; readonly recnums: Map<number, bigint> }>();
    for (const { unit, slot, recnum } of filled) {
      const one = units.get(unit.sunum) ?? { unit, recnums: new Map<number, bigint>() };
      units.set(unit.sunum, one);
      one.recnums.set(slot, recnum);
    }
    if (units.size === 0) return;
    await this.#maker.keep({
      series: series.name,
      retentionDays: series.retentionDays,
      archive: series.archive,
      units: [...units.values()],
    });
  }

  #freeOf(series: Series): OpenSlot[] {
    const key = series.name.toLowerCase();
    const known = this.#free.get(key);
    if (known !== undefined) return known;
    const fresh: OpenSlot[] = [];
    this.#free.set(key, fresh);
    return fresh;
  }
}

async function emptyFolder(folder: string): Promise<void> {
  for await (const { name } of await opendir(folder))
    await rm(join(folder, name), { recursive: true, force: true });
}
