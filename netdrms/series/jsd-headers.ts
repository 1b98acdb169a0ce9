import { definitionError, type JsdLine, type JsdWord, linePlace } from "./jsd-line.js";
import { shown } from "./master-row.js";
import { MAX_RETENTION_DAYS } from "./retention-word.js";
import type { SeriesDefinition } from "./series-definition.js";

/** What header lines say; netdrms 2.11. */
export type HeaderDefinition = Omit<SeriesDefinition, "links" | "keywords" | "segments">;

/** The headers of a definition, and what a person should hear of them. */
export interface ReadHeaders {
  readonly definition: HeaderDefinition;
  readonly warnings: readonly string[];
}

const INT4_MAX = 2_147_483_647;

/**
 * The header lines of a JSD file, each at most once; `PrimeKeys` and `Index` are the same. `Seriesname` must be there. What is
 * left out is empty or 0, `Unitsize` 1. An `Archive` of its own making counts as 0, with a warning.
 *
 * Errors: BAD_DEFINITION naming line and what was expected. Source: netdrms 2.11.
 */
export function readHeaders(lines: readonly JsdLine[]): ReadHeaders {
  const warnings: string[] = [];
  const headers = new Map<JsdWord, JsdLine>();
  for (const line of lines) {
    const word = line.word === "Index" ? "PrimeKeys" : line.word;
    const earlier = headers.get(word);
    if (earlier !== undefined)
      throw definitionError(linePlace(line), `repeats line ${earlier.number}, expected one ${word} line`);
    headers.set(word, line);
  }
  const text = (word: JsdWord): string => {
    const line = headers.get(word);
    return line === undefined ? "" : oneField(line);
  };
  const integer = (word: JsdWord, min: number, max: number, missing: number): number => {
    const line = headers.get(word);
    return line === undefined ? missing : wholeNumber(oneField(line), line, min, max);
  };
  const name = text("Seriesname");
  if (name === "")
    throw definitionError("The definition", "no Seriesname line, expected Seriesname: namespace.table");
  const archive = integer("Archive", -INT4_MAX - 1, INT4_MAX, 0);
  if (![-1, 0, 1].includes(archive)) warnings.push(`Archive is ${archive}, taken as 0; expected -1, 0 or 1`);
  return {
    definition: {
      name,
      author: text("Author"),
      owner: text("Owner"),
      unitSize: integer("Unitsize", 0, INT4_MAX, 1),
      archive: archive === -1 || archive === 1 ? archive : 0,
      retentionDays: integer("Retention", 0, MAX_RETENTION_DAYS, 0),
      stagingRetentionDays: integer("StagingRetention", 0, MAX_RETENTION_DAYS, 0),
      tapeGroup: integer("Tapegroup", -INT4_MAX - 1, INT4_MAX, 0),
      description: text("Description"),
      createShadow: integer("CreateShadow", 0, 1, 0) === 1,
      primeKeys: list(headers.get("PrimeKeys")),
      dbIndex: list(headers.get("DBIndex")),
    },
    warnings,
  };
}

function oneField(line: JsdLine): string {
  if (line.fields.length > 1)
    throw definitionError(
      linePlace(line),
      `${line.fields.length} values, expected one; a text with commas stands in quotes`,
    );
  return line.fields[0]!;
}

function list(line: JsdLine | undefined): readonly string[] {
  if (line === undefined || (line.fields.length === 1 && line.fields[0] === "")) return [];
  return line.fields;
}

/** A whole number within [`min`, `max`]. Errors: BAD_DEFINITION. */
export function wholeNumber(text: string, line: JsdLine, min: number, max: number): number {
  const value = /^[+-]?\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw definitionError(linePlace(line), `${shown(text)}, expected a whole number from ${min} to ${max}`);
  return value;
}
