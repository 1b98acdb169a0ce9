import { compareTimes, formatTime, type Time } from "../../stream/time.js";
import { blockRange } from "../block-number.js";
import type { BlockDetails } from "../block-state.js";
import type { Level } from "../level.js";
import { roomOfFile } from "./disk-room.js";
import type { Sidecar } from "./sidecar.js";
import { printSidecar } from "./sidecar-text.js";

/** What all sidecars of one block have in common, whoever builds it. */
export type SidecarOfLevel = Pick<
  Sidecar,
  | "v"
  | "source"
  | "dsdfHash"
  | "dataVersion"
  | "params"
  | "res"
  | "period"
  | "begin"
  | "end"
  | "validFrom"
  | "validTo"
>;

/** What a sidecar says of a block because of its level and number alone. */
export function sidecarOfLevel(level: Level, number: number): SidecarOfLevel {
  const { begin, end } = blockRange(number, level.period);
  const { begin: from = begin, end: to = end } = level.valid ?? {};
  return {
    v: 1,
    source: level.sourceId,
    dsdfHash: level.definition,
    ...(level.dataVersion !== undefined && { dataVersion: level.dataVersion }),
    params: level.params,
    res: level.resolutionName,
    period: level.period,
    begin: instant(begin),
    end: instant(end),
    ...(compareTimes(from, begin) > 0 && { validFrom: instant(from, 9) }),
    ...(compareTimes(to, end) < 0 && { validTo: instant(to, 9) }),
  };
}

/**
 * Whether a sidecar tells of this block of this level as it is defined now: source, words for the reader, resolution, period, range,
 * part that is valid, definition and data version. Source: das2-server 14, 15.8.
 */
export function belongsTo(sidecar: Sidecar, level: Level, number: number): boolean {
  const is = sidecarOfLevel(level, number);
  return (
    sidecar.source === is.source &&
    sidecar.dsdfHash === is.dsdfHash &&
    sidecar.dataVersion === is.dataVersion &&
    sidecar.res === is.res &&
    sidecar.period === is.period &&
    Date.parse(sidecar.begin) === Date.parse(is.begin) &&
    Date.parse(sidecar.end) === Date.parse(is.end) &&
    sidecar.validFrom === is.validFrom &&
    sidecar.validTo === is.validTo &&
    sidecar.params.length === is.params.length &&
    sidecar.params.every((word, index) => word === is.params[index])
  );
}

/** What an index keeps of a block with that sidecar. Bytes are the room of the block, its companion and its sidecar. */
export function detailsOf(sidecar: Sidecar, number: number): BlockDetails {
  const { bytes, sha256, dsdfHash, dataVersion, noData, changed, builtAt, statistics } = sidecar;
  const files = [bytes, Buffer.byteLength(printSidecar(sidecar))];
  if (statistics !== undefined) files.push(statistics.bytes);
  return {
    number,
    state: changed ? "stale" : noData ? "empty" : "present",
    bytes: files.reduce((sum, one) => sum + roomOfFile(one), 0),
    sha256,
    builtMs: Date.parse(builtAt),
    definition: dsdfHash,
    ...(dataVersion !== undefined && { dataVersion }),
  };
}

function instant(time: Time, digits = 0): string {
  return `${formatTime(time, digits)}Z`;
}
