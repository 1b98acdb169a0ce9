/**
 * What a zone says about a clock: `even` clocks keep step with TAI and run ahead of it by `aheadMs` (TDT, GPS); `civil` ones
 * are UTC with its leap seconds, plus `minutes`.
 */
export type TimeScale =
  | { readonly kind: "even"; readonly aheadMs: number }
  | { readonly kind: "civil"; readonly minutes: number };

/** A zone and how it is attached to a printed time. */
export interface Zone {
  /** In upper case. */
  readonly name: string;
  readonly scale: TimeScale;
  /** Whether the name follows `_`; single letters and signed offsets follow directly. */
  readonly underscore: boolean;
}

const UTC: TimeScale = { kind: "civil", minutes: 0 };

const EVEN_AHEAD_MS: Readonly<Record<string, number>> = { TAI: 0, TDT: 32_184, TT: 32_184, GPS: -19_000 };

const CIVIL_HOURS: Readonly<Record<string, number>> = {
  UTC: 0,
  UT: 0,
  GMT: 0,
  WET: 0,
  CET: 1,
  BST: 1,
  EET: 2,
  SST: 8,
  WST: 8,
  JST: 9,
  JDT: 10,
  NZST: 12,
  NZDT: 13,
  ADT: -3,
  AST: -4,
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
  YDT: -8,
  YST: -9,
  HDT: -9,
  HST: -10,
  BDT: -10,
};

/** UTC+1 to +12 for A to M (J, which other tables leave out, is +9 like I), -1 to -12 for N to Y, Z is UTC. */
const LETTER_HOURS: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, 0,
];

/**
 * The zone of a name in any case: a scale, a time zone, a single letter, or `+hhmm` or `-hhmm`. `undefined` for any other
 * text, and for `ISO`, `JD` and `MJD`, which are ways to print. Source: netdrms 5.2.
 */
export function findZone(text: string): Zone | undefined {
  const name = text.toUpperCase();
  if (/^[A-Z]$/.test(name)) return letterZone(name);
  const offset = /^([+-])(\d\d)(\d\d)$/.exec(name);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    if (Number(offset[2]) > 23 || Number(offset[3]) > 59) return undefined;
    const scale = { kind: "civil", minutes: offset[1] === "-" ? -minutes : minutes } as const;
    return { name, scale, underscore: false };
  }
  if (Object.hasOwn(EVEN_AHEAD_MS, name))
    return { name, scale: { kind: "even", aheadMs: EVEN_AHEAD_MS[name]! }, underscore: true };
  if (Object.hasOwn(CIVIL_HOURS, name))
    return { name, scale: { kind: "civil", minutes: CIVIL_HOURS[name]! * 60 }, underscore: true };
  return undefined;
}

function letterZone(name: string): Zone {
  const hours = LETTER_HOURS[name.charCodeAt(0) - 0x41]!; // one of 26
  return { name, scale: { kind: "civil", minutes: hours * 60 }, underscore: false };
}

/** The zone of a time text that names none. Source: netdrms 5.2. */
export const UTC_ZONE: Zone = { name: "UTC", scale: UTC, underscore: true };

/** The zone of a Julian date that names none, and of all that are printed. Source: netdrms 5.2. */
export const TDT_ZONE: Zone = { name: "TDT", scale: { kind: "even", aheadMs: 32_184 }, underscore: true };
