import { dayNumber, NS_PER_DAY } from "./calendar.js";
import { type Time, timeToUs2000, us2000ToTime } from "./time.js";
import { scanTime } from "./time-text.js";
import { timeToTt2000, tt2000ToTime, tt2000ToUs2000 } from "./tt2000.js";
import { unitScale } from "./unit-scale.js";

/** A unit whose values are places in time. All but TT2000 know only days of 86400 s. Source: das2-stream A10.1. */
export interface EpochUnit {
  /** The name of the table, for synonyms too. */
  readonly name: string;
  readonly toUs2000: (v: number) => number;
  readonly fromUs2000: (us: number) => number;
  /** To the nanosecond; units of days are rounded to the microsecond, more they do not resolve. */
  readonly toTime: (v: number) => Time;
  /** The nearest value. Of a leap second only TT2000 has a value of its own, the others give the last microsecond. */
  readonly fromTime: (t: Time) => number;
}

const TWO_53 = 2 ** 53;

const US2000 = {
  toUs2000: (v: number) => v,
  fromUs2000: (us: number) => us,
  toTime: us2000ToTime,
  fromTime: timeToUs2000,
};

const TT2000: EpochUnit = {
  name: "TT2000",
  toUs2000: tt2000ToUs2000,
  fromUs2000: (us) => (Number.isFinite(us) ? timeToTt2000(us2000ToTime(us)) : Number.NaN),
  toTime: tt2000ToTime,
  fromTime: timeToTt2000,
};

/**
 * A unit of `unitNs` nanoseconds counted from `zero`.
 * @param unitNs a whole number that divides the day
 */
function linearEpoch(name: string, unitNs: number, zero: Time): EpochUnit {
  const perDay = NS_PER_DAY / unitNs;
  const zeroUnits = zero.day * perDay + zero.ns / unitNs;
  const zeroUs = timeToUs2000(zero);
  // One of both is a whole number.
  const usPerUnit = unitNs / 1e3;
  const unitsPerUs = 1e3 / unitNs;
  const coarse = unitNs >= 1e3;
  return {
    name,
    toUs2000: coarse
      ? (v) => {
          const sum = v + zeroUnits;
          if (sum - zeroUnits === v) return sum * usPerUnit;
          // The offset would cost digits of the fraction: it is added to the whole units alone.
          const whole = Math.floor(v);
          return (whole + zeroUnits) * usPerUnit + (v - whole) * usPerUnit;
        }
      : (v) => (v + zeroUnits) / unitsPerUs,
    fromUs2000: coarse
      ? (us) => {
          const sum = us - zeroUs;
          if (sum <= TWO_53 && sum >= -TWO_53) return sum / usPerUnit;
          // Microseconds from the year 0 of cdfEpoch are too many.
          const whole = Math.floor(us / usPerUnit);
          return whole - zeroUnits + (us - whole * usPerUnit) / usPerUnit;
        }
      : (us) => (us - zeroUs) * unitsPerUs,
    toTime: (v) => {
      if (!Number.isFinite(v)) return us2000ToTime(v);
      const rest = v % perDay;
      const whole = Math.floor(rest);
      const step = perDay === 1 ? 1e3 : 1;
      const ns = whole * unitNs + Math.round(((rest - whole) * unitNs) / step) * step + zero.ns;
      const days = Math.floor(ns / NS_PER_DAY);
      return { day: (v - rest) / perDay + zero.day + days, ns: ns - days * NS_PER_DAY };
    },
    fromTime: (t) => {
      const ns = (t.ns < NS_PER_DAY ? t.ns : NS_PER_DAY - 1e3) - zero.ns;
      const all = (t.day - zero.day) * NS_PER_DAY + ns;
      if (all <= TWO_53 && all >= -TWO_53) return all / unitNs;
      const whole = Math.floor(ns / unitNs);
      return (t.day - zero.day) * perDay + whole + (ns - whole * unitNs) / unitNs;
    },
  };
}

function linear(name: string, unitNs: number, year: number, month = 1, day = 1): [string, EpochUnit] {
  return [name, linearEpoch(name, unitNs, { day: dayNumber(year, month, day), ns: 0 })];
}

const [, T1970] = linear("t1970", 1e9, 1970);

const EPOCH_UNITS = new Map<string, EpochUnit>([
  ["us2000", { name: "us2000", ...US2000 }],
  ["UTC", { name: "UTC", ...US2000 }],
  linear("t2000", 1e9, 2000),
  linear("us1980", 1e3, 1980),
  ["t1970", T1970],
  linear("ns1970", 1, 1970),
  linear("mj1958", NS_PER_DAY, 1958),
  linear("mjd", NS_PER_DAY, 1858, 11, 17),
  linear("cdfEpoch", 1e6, 0),
  ["TT2000", TT2000],
  ["tt2000", TT2000],
  ["cdfTT2000", TT2000],
  linear("us1970", 1e3, 1970),
  linear("ms1970", 1e6, 1970),
  ["unixTime", T1970],
  linear("t2010", 1e9, 2010),
  linear("us2020", 1e3, 2020),
]);

/** Longest `<duration> since <time>` that is looked at, characters. */
const MAX_LENGTH = 128;

/** The unit `... since ...` asked for last: writers ask again for every value. */
let lastSince: EpochUnit | undefined;

/**
 * The epoch unit of that name, or of the form `<duration> since <time>` (a duration that divides the day);
 * `undefined` for every other unit. Values of `UTC`, which in streams is text, are us2000.
 */
export function epochUnit(units: string): EpochUnit | undefined {
  const known = EPOCH_UNITS.get(units);
  if (known !== undefined) return known;
  if (lastSince?.name === units) return lastSince;
  if (units.length > MAX_LENGTH) return undefined;
  const trimmed = units.trim();
  const since = /^(\S+)\s+since\s+(.*)$/i.exec(trimmed);
  if (since === null) return trimmed === units ? undefined : EPOCH_UNITS.get(trimmed);
  const scale = unitScale(since[1]!); // the group is not optional
  const unitNs = scale.factor * 10 ** (scale.power + 9);
  const zero = scanTime(since[2]!, { bareYear: true });
  if (scale.base !== "s" || typeof zero === "string" || !(unitNs >= 1 && NS_PER_DAY % unitNs === 0))
    return undefined;
  lastSince = linearEpoch(units, unitNs, zero);
  return lastSince;
}
