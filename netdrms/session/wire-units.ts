import { DasError } from "../../errors/das-error.js";
import type { NewUnit, UnitRequest } from "../sums/allocate.js";
import type { SeriesUnits } from "../sums/session.js";
import { int8Of, isCount, membersOf } from "./wire-members.js";

/** A storage unit that is asked for, in JSON. */
export interface WireUnitRequest {
  readonly bytes?: number;
  readonly group?: number;
  readonly sunum?: string;
  readonly slots: number;
}

/** A storage unit in JSON. */
export interface WireUnit {
  readonly sunum: string;
  readonly folder: string;
  readonly set: number;
  readonly group: number;
}

/** Units to be kept in JSON; of each the recnum in each slot that is used. */
export interface WireKeep {
  readonly series: string;
  readonly retentionDays: number;
  readonly archive: number;
  readonly units: readonly {
    readonly sunum: string;
    readonly recnums: readonly (readonly [slot: number, recnum: string])[];
  }[];
}

export function wireUnitRequest({ sunum, ...rest }: UnitRequest): WireUnitRequest {
  return { ...rest, ...(sunum === undefined ? {} : { sunum: String(sunum) }) };
}

/** Errors: ARCHIVE_FAILED where it is none. */
export function unitRequestOf(value: unknown): UnitRequest {
  const { bytes, group, sunum, slots } = membersOf(value);
  const number = int8Of(sunum);
  const isGood =
    isCount(slots) &&
    (bytes === undefined || isCount(bytes)) &&
    (group === undefined || isCount(group)) &&
    (sunum === undefined || number !== undefined);
  if (!isGood) throw wrong("request for a storage unit");
  return {
    slots,
    ...(bytes === undefined ? {} : { bytes }),
    ...(group === undefined ? {} : { group }),
    ...(number === undefined ? {} : { sunum: number }),
  };
}

export function wireUnit({ sunum, ...rest }: NewUnit): WireUnit {
  return { ...rest, sunum: String(sunum) };
}

/** Errors: ARCHIVE_FAILED where it is none. */
export function unitOf(value: unknown): NewUnit {
  const { sunum, folder, set, group } = membersOf(value);
  const number = int8Of(sunum);
  if (
    number === undefined ||
    typeof folder !== "string" ||
    typeof set !== "number" ||
    typeof group !== "number"
  )
    throw wrong("storage unit");
  return { sunum: number, folder, set, group };
}

export function wireKeep({ units, ...terms }: SeriesUnits): WireKeep {
  return {
    ...terms,
    units: units.map(({ unit, recnums }) => ({
      sunum: String(unit.sunum),
      recnums: [...recnums].map(([slot, recnum]) => [slot, String(recnum)] as const),
    })),
  };
}

/** Units to be kept; of a unit the number alone counts. Errors: ARCHIVE_FAILED where they are none. */
export function seriesUnitsOf(value: unknown): SeriesUnits {
  const { series, retentionDays, archive, units } = membersOf(value);
  const isGood =
    typeof series === "string" &&
    typeof retentionDays === "number" &&
    (archive === -1 || archive === 0 || archive === 1) &&
    Array.isArray(units);
  if (!isGood) throw wrong("storage units to be kept");
  return { series, retentionDays, archive, units: units.map(keptUnitOf) };
}

function keptUnitOf(value: unknown): SeriesUnits["units"][number] {
  const { sunum, recnums } = membersOf(value);
  const number = int8Of(sunum);
  if (number === undefined || !Array.isArray(recnums)) throw wrong("storage unit to be kept");
  const entries = recnums.map((entry: unknown): [number, bigint] => {
    const [slot, recnum] = Array.isArray(entry) ? entry : [];
    const record = int8Of(recnum);
    if (!isCount(slot) || record === undefined) throw wrong("slot of a storage unit");
    return [slot, record];
  });
  return { unit: { sunum: number, folder: "", set: 0, group: 0 }, recnums: new Map(entries) };
}

function wrong(what: string): DasError {
  return new DasError("ARCHIVE_FAILED", `A message of the session that holds no ${what}`);
}
