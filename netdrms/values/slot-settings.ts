import { DasError } from "../../errors/das-error.js";
import { parseDrmsTime } from "../times/scan-time.js";
import { type DrmsValue, isMissing } from "./drms-type.js";
import { scanReal } from "./scan-value.js";
import type { SlotKind, Slotting } from "./slots.js";

/**
 * The values of a slotted keyword's constant companions `K_epoch`, `K_base`, `K_step`, `K_unit` and `K_round`, left out where
 * the series has none. Source: netdrms 1.6.
 */
export interface SlotSettings {
  readonly epoch?: DrmsValue;
  readonly base?: DrmsValue;
  readonly step?: DrmsValue;
  readonly unit?: string;
  readonly round?: DrmsValue;
}

/** A slotting, and what a person should hear of its settings. */
export interface SlottingResult {
  readonly slotting: Slotting;
  readonly warnings: readonly string[];
}

/** Seconds of the units of time slots. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  tenthsecs: 0.1,
  secs: 1,
  mins: 60,
  hours: 3600,
  days: 86_400,
};

const DEGREES_PER_RADIAN = 180 / Math.PI;

/** Degrees of the units of angles. */
const ANGLE_UNITS: Readonly<Record<string, number>> = {
  degrees: 1,
  arcmins: 1 / 60,
  arcsecs: 1 / 3600,
  milliarcsecs: 1 / 3_600_000,
  rads: DEGREES_PER_RADIAN,
  microrads: DEGREES_PER_RADIAN / 1e6,
};

/** Letters behind the number of a step. */
const TIME_LETTERS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const ANGLE_LETTERS: Readonly<Record<string, number>> = { d: 1 };

/** DRMS times of the epochs that have a name. */
const EPOCHS: Readonly<Record<string, number>> = {
  DRMS_EPOCH: 0,
  MDI_EPOCH: 504_921_600,
  TSEQ_EPOCH: 504_921_600,
  TAI_EPOCH: -599_616_000,
  SDO_EPOCH: -599_616_000,
  WSO_EPOCH: -11_865_398_400,
  MJD_EPOCH: -3_727_641_600,
};

/**
 * The slotting of a keyword.
 * Errors: BAD_DEFINITION where a companion that the class needs is missing or no such value, naming it.
 *
 * @param name the slotted keyword, `T_REC`
 * Source: netdrms 1.6.
 */
export function readSlotting(name: string, kind: SlotKind, settings: SlotSettings): SlottingResult {
  const warnings: string[] = [];
  const step = readStep(name, kind, settings, warnings);
  switch (kind) {
    case "ts_eq":
      return { slotting: { kind, base: readEpoch(name, settings.epoch), step, round: step }, warnings };
    case "ts_slot": {
      const round = readRound(name, settings.round);
      return { slotting: { kind, base: readEpoch(name, settings.epoch), step, round }, warnings };
    }
    case "slot": {
      const base = finiteNumber(settings.base);
      if (base === undefined) throw problem(`${name}_base`, settings.base, "a number or a time");
      return { slotting: { kind, base, step, round: step }, warnings };
    }
    case "carr":
      return { slotting: { kind, base: 0, step, round: step }, warnings };
    default:
      return kind satisfies never;
  }
}

/**
 * The DRMS time of an epoch: a name of any case, or the text of a time; `undefined` for any other text. Source: netdrms 1.6.
 */
export function parseEpoch(text: string): number | undefined {
  const name = text.trim().toUpperCase();
  return Object.hasOwn(EPOCHS, name) ? EPOCHS[name] : parseDrmsTime(text);
}

function readEpoch(name: string, value: DrmsValue | undefined): number {
  const epoch = typeof value === "string" ? parseEpoch(value) : finiteNumber(value);
  if (epoch === undefined || isMissing("time", epoch))
    throw problem(`${name}_epoch`, value, "a time or the name of an epoch");
  return epoch;
}

/** Seconds; none means 0. */
function readRound(name: string, value: DrmsValue | undefined): number {
  if (value === undefined || value === "" || Number.isNaN(value)) return 0;
  const round = typeof value === "string" ? wholeReal(value) : finiteNumber(value);
  if (round === undefined) throw problem(`${name}_round`, value, "a number of seconds");
  return round;
}

/** The step in seconds, degrees, or whatever a `slot` counts. */
function readStep(name: string, kind: SlotKind, settings: SlotSettings, warnings: string[]): number {
  const { step } = settings;
  const expected =
    kind === "slot" ? "a number" : `a number or a text such as ${kind === "carr" ? "1d" : "45s"}`;
  const written = typeof step === "string" ? scanStep(step) : { count: finiteNumber(step), unit: "" };
  if (written?.count === undefined) throw problem(`${name}_step`, step, expected);
  const factor = written.unit === "" ? unitFactor(name, kind, settings.unit) : ownFactor(kind, written.unit);
  if (factor === undefined) throw problem(`${name}_step`, step, expected);
  if (written.unit !== "" && !isUnset(settings.unit))
    warnings.push(`${name}_unit is ignored, as ${name}_step has a unit of its own`);
  const value = written.count * factor;
  if (value === 0 || !Number.isFinite(value)) throw problem(`${name}_step`, step, "another number than 0");
  return value;
}

function scanStep(text: string): { readonly count: number | undefined; readonly unit: string } | undefined {
  const body = text.trim();
  const found = scanReal(body);
  return found && { count: finiteNumber(found.value), unit: body.slice(found.length).trim().toLowerCase() };
}

/** Factor of the unit that stands in the step itself. */
function ownFactor(kind: SlotKind, unit: string): number | undefined {
  if (kind === "slot") return undefined;
  const tables = kind === "carr" ? [ANGLE_LETTERS, ANGLE_UNITS] : [TIME_LETTERS, TIME_UNITS];
  const table = tables.find((one) => Object.hasOwn(one, unit));
  return table?.[unit];
}

/** Factor of `K_unit`; that of a `slot` is free text and counts for nothing. */
function unitFactor(name: string, kind: SlotKind, unit: string | undefined): number {
  if (kind === "slot" || isUnset(unit)) return 1;
  const table = kind === "carr" ? ANGLE_UNITS : TIME_UNITS;
  const word = unit!.trim().toLowerCase(); // set, as isUnset says
  if (!Object.hasOwn(table, word))
    throw problem(`${name}_unit`, unit, `one of ${Object.keys(table).join(", ")}`);
  return table[word]!; // a key of the table
}

function isUnset(unit: string | undefined): boolean {
  return unit === undefined || /^\s*(none)?\s*$/i.test(unit);
}

function wholeReal(text: string): number | undefined {
  const found = scanReal(text.trim());
  return found?.length === text.trim().length ? finiteNumber(found.value) : undefined;
}

function finiteNumber(value: DrmsValue | undefined): number | undefined {
  if (value === undefined || typeof value === "string") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function problem(keyword: string, value: DrmsValue | undefined, expected: string): DasError {
  const shown = value === undefined ? "missing" : `"${String(value).slice(0, 40)}"`;
  return new DasError("BAD_DEFINITION", `${keyword} is ${shown}, expected ${expected}`);
}
