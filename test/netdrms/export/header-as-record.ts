import { readFileSync } from "node:fs";
import { type Card, readCards, type ValueCard } from "../../../fits/card.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import type { DrmsType, DrmsValue } from "../../../netdrms/values/drms-type.js";

/** A header of an exported file as what it came from: keywords of a series, and the values of one record. */
export interface HeaderAsRecord {
  readonly cards: readonly Card[];
  /** Lines `Keyword: …` of a series definition, in the order of the cards. */
  readonly definition: readonly string[];
  readonly values: Readonly<Record<string, DrmsValue>>;
  /** FITS names of the cards that became keywords, in order. */
  readonly names: readonly string[];
}

/** What an exporter or the image itself says, and a record does not. */
const NOT_OF_THE_RECORD =
  /^(SIMPLE|BITPIX|NAXIS\d*|EXTEND|BLANK|BZERO|BSCALE|CHECKSUM|DATASUM|RECNUM|DRMS_ID|PRIMARYK|LICENSE|HEADSUM|LONGSTRN)$/;

/** Reads the lines of a header file. */
export function headerCards(path: string): readonly Card[] {
  const lines = readFileSync(path, "latin1").split("\n");
  return readCards(lines.filter((line) => line.trim() !== "").map((line) => line.padEnd(80)));
}

/**
 * Takes a header apart by the rules of export A3 and A6 read backwards: `[unit] text {DRMS name}`. Where a name cannot come from the
 * DRMS name by itself, the description begins with it in brackets.
 */
export function headerAsRecord(path: string): HeaderAsRecord {
  const cards = headerCards(path);
  const definition: string[] = [];
  const values: Record<string, DrmsValue> = {};
  const names: string[] = [];
  const add = (card: ValueCard): void => {
    const [, unit, missing, text = "", drmsName] =
      /^(?:\[([^\]]*)\] )?(\(MISSING\) ?)?(.*?)(?: \{([^}]*)\}?)?$/.exec(card.comment) ?? [];
    const name = drmsName ?? card.keyword.replaceAll("-", "__");
    const { type, value } = typedValue(card, unit);
    const bracket = fitsNameOf(name) === card.keyword ? "" : `[${card.keyword}] `;
    const zone = type === "time" ? (unit ?? "UTC") : (unit ?? "none");
    const perSegment = /_000$/.test(name) ? "segment" : "record";
    const description = bracket + text.replaceAll("-", "--").replaceAll('"', "'");
    definition.push(
      `Keyword: ${name.replace(/_000$/, "")}, ${type}, variable, ${perSegment}, DRMS_MISSING_VALUE, ${type === "time" ? 3 : ""}${FORMATS[type] ?? ""}, "${zone}", "${description}"`,
    );
    if (missing === undefined) values[name] = value;
    names.push(card.keyword);
  };
  for (const card of cards) if (card.kind === "value" && !NOT_OF_THE_RECORD.test(card.keyword)) add(card);
  for (const keyword of ["COMMENT", "HISTORY"]) {
    const lines = cards.flatMap((card) =>
      card.kind === "commentary" &&
      card.keyword === keyword &&
      !/OGIP|long string|CONTINUE|substring|keyword which/i.test(card.text)
        ? [card.text]
        : [],
    );
    if (lines.length === 0) continue;
    definition.push(`Keyword: ${keyword}, string, variable, record, "", %s, none, ""`);
    values[keyword] = lines.join("\n");
  }
  return { cards, definition, values, names };
}

const FORMATS: Partial<Record<DrmsType, string>> = {
  int: "%d",
  longlong: "%lld",
  double: "%.17g",
  string: "%s",
};

function typedValue(card: ValueCard, unit: string | undefined): { type: DrmsType; value: DrmsValue } {
  const { value } = card;
  switch (value.kind) {
    case "integer":
      return Math.abs(Number(value.value)) < 2 ** 31 && value.value !== -2147483648
        ? { type: "int", value: Number(value.value) }
        : { type: "longlong", value: BigInt(value.value) };
    case "real":
      return { type: "double", value: value.value };
    case "string": {
      const seconds =
        unit === "TAI" || unit === "ISO"
          ? parseDrmsTime(unit === "ISO" ? `${value.value}Z` : value.value)
          : undefined;
      // Blanks at the end of a string mean nothing in FITS, but a text of nothing is a missing value in DRMS.
      return seconds === undefined
        ? { type: "string", value: value.value === "" ? " " : value.value }
        : { type: "time", value: seconds };
    }
    default:
      return { type: "double", value: Number.NaN };
  }
}

/** The name that export A3, steps 4 and 5, gives. */
function fitsNameOf(name: string): string {
  const upper = name.toUpperCase();
  if (/^[A-Z0-9_-]{1,8}$/.test(upper)) return upper;
  return upper
    .replace(/_\d{3}$/, "")
    .replaceAll(/[^A-Z0-9]/g, "")
    .slice(0, 8);
}
