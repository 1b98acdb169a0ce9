import { DasError } from "../../errors/das-error.js";
import { MASTER_LIMITS } from "./limits.js";

/** One row of a master table as text, NULL as null; `place` names it in messages: `Series su_ex.mag45, keyword QUALITY`. */
export interface MasterRow {
  readonly place: string;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** What is wrong with a description in the archive. */
export function masterError(place: string, problem: string): DasError {
  return new DasError("ARCHIVE_FAILED", `${place}: ${problem}`);
}

/**
 * A field, empty for NULL and for a column that older tables do not have. Errors: ARCHIVE_FAILED for a text above
 * {@link MASTER_LIMITS}.
 */
export function textField(row: MasterRow, column: string): string {
  const text = row.fields[column] ?? "";
  if (text.length > MASTER_LIMITS.text)
    throw masterError(row.place, `${column} has more than ${MASTER_LIMITS.text} characters`);
  return text;
}

/**
 * A whole number within [`min`, `max`]; `missing` for NULL and for a column that older tables do not have.
 * Errors: ARCHIVE_FAILED.
 */
export function integerField(
  row: MasterRow,
  column: string,
  min: number,
  max: number,
  missing?: number,
): number {
  const text = textField(row, column).trim();
  if (text === "" && missing !== undefined) return missing;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw masterError(
      row.place,
      `${column} is ${shown(text)}, expected a whole number from ${min} to ${max}`,
    );
  return value;
}

const SHOWN_LENGTH = 60;

/** A text as messages show it: quoted and cut; what is no printable ASCII is a question mark. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return `"${cut.replaceAll(/[^\x20-\x7e…]/g, "?")}"`;
}
