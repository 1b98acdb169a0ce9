import { DasError } from "../../errors/das-error.js";
import { asciiType, LE_REAL4, LE_REAL8, REAL4, REAL8, type ValueType } from "../../stream/value-type.js";
import { boundedInteger, namedParams, type OptionForms, type ReaderWords } from "../reader-arguments.js";

/** In every `period` samples the last `length` are concerned. */
export interface Recurring {
  readonly length: number;
  readonly period: number;
}

/** What to make. */
export interface SyntheticOptions {
  /** Nanoseconds from sample to sample. */
  readonly cadenceNs: bigint;
  /** Data planes of a packet. */
  readonly planes: number;
  /** Values of a table plane; 0 makes scalar planes. */
  readonly channels: number;
  /** Types of the planes, repeated as often as needed. */
  readonly types: readonly ValueType[];
  /** x as text instead of us2000 numbers. */
  readonly textTime: boolean;
  readonly littleEndian: boolean;
  readonly gaps?: Recurring;
  readonly fills?: Recurring;
  /** Packet ids in turn. */
  readonly ids: number;
}

/** Options of the program; each is a params word too, so that a request may choose. */
export const SYNTHETIC_FORMS = {
  cadence: "value",
  planes: "value",
  channels: "value",
  type: "value",
  x: "value",
  order: "value",
  gaps: "value",
  fills: "value",
  ids: "value",
} as const satisfies OptionForms;

/** The C library refuses larger tables (das2-stream A17). */
const MAX_CHANNELS = 249_999;
/**
 * What one packet of each id may take together. A packet goes through every stage whole and is held there several times
 * over, so that its size, which a request chooses, decides on the memory of the request, and on how long others wait while it is
 * written as text.
 */
const MAX_PACKET_BYTES = 1 << 18;
const DEFAULT_GAPS = "100/1000";
const DEFAULT_FILLS = "1/10";

/** Errors: BAD_PARAMETER naming the option. */
export function syntheticOptions(words: ReaderWords): SyntheticOptions {
  const given = new Map([...words.options, ...namedParams(words.params, Object.keys(SYNTHETIC_FORMS))]);
  const choice = <T extends string>(name: string, ...allowed: readonly [T, ...T[]]): T => {
    const value = given.get(name) ?? allowed[0];
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw bad(name, value, allowed.join(" or "));
    return found;
  };
  const littleEndian = choice("order", "little", "big") === "little";
  const types = (given.get("type") ?? "real4").split(",").map((name) => planeType(name, littleEndian));
  const allText = types.every((type) => type.kind === "ascii");
  const gaps = given.get("gaps");
  const fills = given.get("fills");
  const options: SyntheticOptions = {
    cadenceNs: cadence(given.get("cadence") ?? "1s"),
    planes: boundedInteger("planes", given.get("planes") ?? "1", 1, 99),
    channels: boundedInteger("channels", given.get("channels") ?? "0", 0, MAX_CHANNELS),
    types,
    textTime: given.has("x") ? choice("x", "us2000", "time") === "time" : allText,
    littleEndian,
    ...(gaps === undefined ? {} : { gaps: recurring("gaps", gaps || DEFAULT_GAPS) }),
    ...(fills === undefined ? {} : { fills: recurring("fills", fills || DEFAULT_FILLS) }),
    ids: boundedInteger("ids", given.get("ids") ?? "1", 1, 99),
  };
  checkSize(options);
  return options;
}

function checkSize({ planes, channels, types, ids }: SyntheticOptions): void {
  const bytes = ids * planes * Math.max(1, channels) * Math.max(...types.map((type) => type.width));
  if (bytes > MAX_PACKET_BYTES)
    throw new DasError(
      "BAD_PARAMETER",
      `the packets are too wide: ids * planes * channels * bytes of a value = ${bytes}, expected at most ${MAX_PACKET_BYTES}`,
    );
}

const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  min: 60_000_000_000n,
  hr: 3_600_000_000_000n,
  h: 3_600_000_000_000n,
  day: 86_400_000_000_000n,
  d: 86_400_000_000_000n,
};

/** `20ms`, `0.5s`, `1day`: a whole number of nanoseconds, from 1 ns to 100000 days. */
function cadence(text: string): bigint {
  const [, whole = "", fraction = "", unit = ""] = /^(\d{1,12})(?:\.(\d{1,9}))? ?([a-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(UNIT_NS, unit) ? UNIT_NS[unit] : undefined;
  const expected = "a time such as 20ms (units ns us ms s min hr day), a whole number of nanoseconds";
  if (factor === undefined) throw bad("cadence", text, expected);
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * factor;
  if (scaled % scale !== 0n || scaled === 0n || scaled / scale > 100_000n * UNIT_NS.day!)
    throw bad("cadence", text, expected);
  return scaled / scale;
}

function recurring(name: string, text: string): Recurring {
  const [, length, period] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (length === undefined || Number(length) < 1 || Number(length) >= Number(period))
    throw bad(name, text, "LENGTH/PERIOD in samples with 0 < LENGTH < PERIOD");
  return { length: Number(length), period: Number(period) };
}

function planeType(name: string, littleEndian: boolean): ValueType {
  if (name === "real4") return littleEndian ? LE_REAL4 : REAL4;
  if (name === "real8") return littleEndian ? LE_REAL8 : REAL8;
  const width = Number(/^ascii(\d{1,2})$/.exec(name)?.[1]);
  // 9 to 24 is what a writer may use (das2-stream A6.3).
  if (width >= 9 && width <= 24) return asciiType(width);
  throw bad("type", name, "real4, real8 or ascii9 to ascii24");
}

function bad(name: string, value: string, expected: string): DasError {
  return new DasError("BAD_PARAMETER", `${name} = ${value.slice(0, 40)}, expected ${expected}`);
}
