import { DasError } from "../../errors/das-error.js";
import { checkSnapshot } from "./snapshot-text.js";

/** How far the numbers of a series' records have been looked at. */
export interface PolledPosition {
  /** The largest that was seen. */
  readonly last: bigint;
  /** Numbers below it, both included, of which no record was seen: their transactions may still end. Ascending. */
  readonly gaps: readonly { readonly first: bigint; readonly last: bigint }[];
}

/** How far changes have been read. A plain value that can be kept, see {@link positionText}. */
export interface ChangePosition {
  /** Which server the snapshot is of. */
  readonly server: string;
  /** What was visible when tracked series were read last, see {@link checkSnapshot}. */
  readonly snapshot: string;
  /** Series that had been read by then, as `seriesKey` has them. */
  readonly tracked: readonly string[];
  /** Of series that are not tracked. */
  readonly polled: ReadonlyMap<string, PolledPosition>;
}

/** Series in one position. */
const MAX_SERIES = 10_000;
/** Gaps of one series; older ones are given up. */
export const MAX_GAPS = 1000;

/** A position as a value of JSON. */
export function positionJson({ server, snapshot, tracked, polled }: ChangePosition): unknown {
  return {
    server,
    snapshot,
    tracked,
    polled: Object.fromEntries(
      [...polled].map(([series, { last, gaps }]) => [
        series,
        { last: String(last), gaps: gaps.map((gap) => [String(gap.first), String(gap.last)]) },
      ]),
    ),
  };
}

/** The position that {@link positionJson} gave. Errors: BAD_FILE where it is none. */
export function readPosition(json: unknown): ChangePosition {
  if (!isRecord(json)) throw bad("no object");
  const { server, snapshot, tracked, polled } = json;
  if (typeof server !== "string" || server.length > 100) throw bad("server");
  if (typeof snapshot !== "string") throw bad("snapshot");
  if (!isNames(tracked)) throw bad("tracked");
  if (!isRecord(polled) || Object.keys(polled).length > MAX_SERIES) throw bad("polled");
  return {
    server,
    snapshot: checkSnapshot(snapshot),
    tracked,
    polled: new Map(Object.entries(polled).map(([series, value]) => [series, polledPosition(value)])),
  };
}

function polledPosition(value: unknown): PolledPosition {
  if (!isRecord(value) || !Array.isArray(value.gaps) || value.gaps.length > MAX_GAPS) throw bad("gaps");
  const gaps = value.gaps.map((gap: unknown) => {
    if (!Array.isArray(gap) || gap.length !== 2) throw bad("gap");
    return { first: recordNumber(gap[0]), last: recordNumber(gap[1]) };
  });
  return { last: recordNumber(value.last), gaps };
}

function recordNumber(value: unknown): bigint {
  if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) throw bad("number of a record");
  return BigInt(value);
}

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_SERIES &&
    value.every((name) => typeof name === "string" && name.length <= 200)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(what: string): DasError {
  return new DasError("BAD_FILE", `a position in the changes of an archive that is none (${what})`);
}
