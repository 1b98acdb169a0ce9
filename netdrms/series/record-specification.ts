import type { DrmsValue } from "../values/drms-type.js";
import { valuePrinter } from "../values/print-value.js";
import type { Series } from "./model.js";

/**
 * Prints the canonical text that names records of one series.
 *
 * @param values of the external prime keys, in their order; the record number counts where the series has none
 */
export type SpecificationPrinter = (values: readonly DrmsValue[], recnum: bigint) => string;

/**
 * The printer of a series: its name in the spelling of the archive and one bracket for each external prime key with the value in the
 * keyword's own format, strings without quotes: `su_ex.mag45[2010.05.01_00:00:00_TAI][2]`. Without prime keys
 * `su_ex.log[:#1234]`. Several versions of a record have the same text. Source: netdrms 1.9, 1.10.
 */
export function specificationPrinter(series: Series): SpecificationPrinter {
  const printers = series.primeKeys.map(({ external }) => valuePrinter(external));
  if (printers.length === 0) return (_, recnum) => exactSpecification(series, recnum);
  // A value that is not given is printed as the missing one, as the printers do with what is no value of theirs.
  return (values) => series.name + printers.map((print, n) => `[${print(values[n] ?? "")}]`).join("");
}

/** The text that names one version of a record and no other: `su_ex.mag45[:#1234]`. Source: netdrms 1.9. */
export function exactSpecification(series: Series, recnum: bigint): string {
  return `${series.name}[:#${recnum}]`;
}
