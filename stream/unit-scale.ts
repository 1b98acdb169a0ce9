/** A plain unit as a multiple of another: 1 unit = factor * 10**power of `base`. Both are whole numbers. */
export interface UnitScale {
  readonly base: string;
  readonly factor: number;
  readonly power: number;
}

/** Units that may carry a prefix; no other does (das2-stream A10.3). */
const PREFIXED = new Set(["s", "Hz", "m", "V", "T", "eV", "W", "A", "g"]);

const PREFIXES: Readonly<Record<string, number>> = {
  Y: 24,
  Z: 21,
  E: 18,
  P: 15,
  T: 12,
  G: 9,
  M: 6,
  k: 3,
  h: 2,
  d: -1,
  c: -2,
  m: -3,
  u: -6,
  "\u00b5": -6,
  "\u03bc": -6,
  n: -9,
  p: -12,
  f: -15,
  a: -18,
  z: -21,
  y: -24,
};

const SYNONYMS: ReadonlyMap<string, UnitScale> = new Map(
  (
    [
      ["s", 1, 0, ["s", "sec", "second", "seconds"]],
      ["s", 1, -3, ["ms", "msec", "millisec", "millisecond", "milliseconds"]],
      ["s", 1, -6, ["us", "usec", "microsec", "microsecond", "microseconds", "\u00b5s", "\u03bcs"]],
      ["s", 1, -9, ["ns", "nsec", "nanosecond", "nanoseconds"]],
      ["s", 60, 0, ["min", "minute", "minutes"]],
      ["s", 3600, 0, ["hr", "hrs", "hour", "hours"]],
      ["s", 86_400, 0, ["day", "days"]],
      ["Hz", 1, 0, ["Hz", "hertz"]],
    ] as const
  ).flatMap(([base, factor, power, names]) => names.map((name) => [name, { base, factor, power }] as const)),
);

/** The scale of one unit name; a name that is not known is its own base. Source: das2-stream A10.3. */
export function unitScale(name: string): UnitScale {
  const known = SYNONYMS.get(name);
  if (known !== undefined) return known;
  const base = name.slice(1);
  const power = PREFIXED.has(base) ? PREFIXES[name.charAt(0)] : undefined;
  return power === undefined ? { base: name, factor: 1, power: 0 } : { base, factor: 1, power };
}

/** One unit in seconds; `undefined` where it is no duration. Source: das2-stream A10.3. */
export function durationSeconds(units: string): number | undefined {
  return oneIn("s", units);
}

/** One unit in Hz; `undefined` where it is no frequency. Source: das2-stream A10.3. */
export function frequencyHz(units: string): number | undefined {
  return oneIn("Hz", units);
}

function oneIn(base: string, units: string): number | undefined {
  const scale = unitScale(units.trim());
  if (scale.base !== base) return undefined;
  // Dividing by an exact power rounds once, multiplying by 1e-6 would twice.
  return scale.power < 0 ? scale.factor / 10 ** -scale.power : scale.factor * 10 ** scale.power;
}
