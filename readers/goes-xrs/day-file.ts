import { DasError } from "../../errors/das-error.js";
import { type FitsSource, type FitsUnit, openFits } from "../../fits/fitsjs-adapter.js";
import { makeTime, parseTime, type Time, timeToUs2000 } from "../../stream/time.js";

/** X-ray fluxes of a day. */
export interface DayFluxes {
  /** us2000, ascending as in the file. */
  readonly us2000: Float64Array;
  /** W m**-2, 0.1 to 0.8 nm; NaN where there is no good value. */
  readonly long: Float32Array;
  /** W m**-2, 0.05 to 0.4 nm; NaN where there is no good value. */
  readonly short: Float32Array;
}

/** "Flux value of -99999.0 means no data", says the file. */
const NO_DATA = -99_999;
/** Bits of the second status word (octal in the file) that make a flux meaningless. */
const DETECTOR_OFF = 0o1;
const BEING_CALIBRATED = 0o2;
/** 2**17 s/2.048 s a day, and room. */
const MAX_SAMPLES = 1_000_000;
const MJD_OF_2000 = 51_544;

/**
 * Reads a daily file of GOES X-ray fluxes (SDAC/GSFC): one row of the FLUXES table with `TIME` (s from 00:00 of the day),
 * `FLUX` (two channels, the channel fastest), the bands of the channels in EDGES, and the STATUS words of marked times.
 *
 * Errors: BAD_FILE.
 */
export async function readDayFile(source: FitsSource): Promise<DayFluxes> {
  const units = await openFits(source);
  const fluxes = named(source, units, "FLUXES");
  const row = await fluxes.table!.row(0);
  const times = numbers(source, row, "TIME");
  const flux = numbers(source, row, "FLUX");
  if (times.length > MAX_SAMPLES || flux.length !== 2 * times.length)
    throw bad(
      source,
      `${times.length} times and ${flux.length} fluxes, expected two fluxes for each of at most ${MAX_SAMPLES} times`,
    );
  const longFirst = await firstChannelIsLong(source, units);
  const unusable = await unusableTimes(source, units);
  const startUs = timeToUs2000(dayStart(source, units[0]!, fluxes));
  const us2000 = new Float64Array(times.length);
  const long = new Float32Array(times.length);
  const short = new Float32Array(times.length);
  for (let i = 0; i < times.length; i++) {
    us2000[i] = startUs + times[i]! * 1e6;
    // Status times are single precision: 0.008 s at the end of a day.
    const off = unusable.has(Math.round(times[i]! * 10));
    const first = off ? Number.NaN : good(flux[2 * i]!);
    const second = off ? Number.NaN : good(flux[2 * i + 1]!);
    long[i] = longFirst ? first : second;
    short[i] = longFirst ? second : first;
  }
  return { us2000, long, short };
}

/** A flux that is not positive is a mark, or noise about zero that a logarithmic axis cannot show. */
function good(flux: number): number {
  return flux > 0 && flux !== NO_DATA && flux < 1 ? flux : Number.NaN;
}

/**
 * 00:00 of the day that TIME counts from. `TIMEZERO` is a Modified Julian Date, or, in older files, days since `MJDREF`;
 * `DATE-OBS` (dd/mm/yyyy, or ISO) tells which.
 */
function dayStart(source: FitsSource, primary: FitsUnit, fluxes: FitsUnit): Time {
  const zero = fluxes.card("TIMEZERO");
  const reference = fluxes.card("MJDREF");
  const observed = observationDay(source, primary);
  if (typeof zero !== "number")
    throw bad(source, `TIMEZERO = ${zero ?? "(missing)"}, expected a number of days`);
  const candidates = typeof reference === "number" ? [zero, zero + reference] : [zero];
  for (const mjd of candidates) {
    const day = mjd - MJD_OF_2000;
    // The first sample may lie in the last second of the day before.
    if (Math.abs(day - observed.day) <= 1)
      return { day: Math.floor(day), ns: Math.round((day - Math.floor(day)) * 86_400e9) };
  }
  throw bad(source, `TIMEZERO = ${zero} does not agree with DATE-OBS`);
}

function observationDay(source: FitsSource, primary: FitsUnit): Time {
  const text = String(primary.card("DATE-OBS") ?? "");
  const old = /^(\d\d)\/(\d\d)\/(\d\d|\d{4})$/.exec(text);
  if (old !== null) {
    const year = Number(old[3]);
    return makeTime(year < 100 ? 1900 + year : year, Number(old[2]), Number(old[1]));
  }
  try {
    return parseTime(text);
  } catch (cause) {
    throw new DasError(
      "BAD_FILE",
      `${source.name}: DATE-OBS = "${text.slice(0, 30)}" is not a date`,
      {},
      cause,
    );
  }
}

/** EDGES holds the shortest and longest wavelength of each channel in angstrom: 1, 8, 0.5, 4. Without it the long channel is first. */
async function firstChannelIsLong(source: FitsSource, units: readonly FitsUnit[]): Promise<boolean> {
  const edges = units.find((unit) => unit.name === "EDGES")?.table;
  if (edges === undefined) return true;
  const values = numbers(source, await edges.row(0), "EDGES");
  if (values.length !== 4) throw bad(source, `EDGES has ${values.length} values, expected 4`);
  return values[1]! > values[3]!;
}

/** Tenths of a second of the day at which the detector was off or being calibrated. */
async function unusableTimes(source: FitsSource, units: readonly FitsUnit[]): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const status = units.find((unit) => unit.name === "STATUS")?.table;
  if (status === undefined || status.rows === 0) return found;
  const row = await status.row(0);
  const times = numbers(source, row, "TIME");
  const words = numbers(source, row, "STATUS");
  if (words.length !== 2 * times.length)
    throw bad(source, `${words.length} status words for ${times.length} times`);
  for (let i = 0; i < times.length; i++)
    if ((words[2 * i + 1]! & (DETECTOR_OFF | BEING_CALIBRATED)) !== 0) {
      const tenth = Math.round(times[i]! * 10);
      // Rounding of the two precisions may fall on either side.
      for (const near of [tenth - 1, tenth, tenth + 1]) found.add(near);
    }
  return found;
}

function named(source: FitsSource, units: readonly FitsUnit[], name: string): FitsUnit {
  const unit = units.find((candidate) => candidate.name === name);
  if (unit?.table === undefined || unit.table.rows !== 1)
    throw bad(source, `has no table ${name} of one row`);
  return unit;
}

function numbers(
  source: FitsSource,
  row: Readonly<Record<string, unknown>>,
  column: string,
): readonly number[] {
  const value = row[column];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((one) => typeof one === "number"))
    throw bad(source, `column ${column} does not hold numbers`);
  return list as number[]; // every element was looked at in the line above
}

function bad(source: FitsSource, problem: string): DasError {
  return new DasError("BAD_FILE", `${source.name}: ${problem}`);
}
