import { shown } from "../../../config/problem.js";
import { DasError, isDasError } from "../../../errors/das-error.js";
import { readCompressionList } from "../../export/compression.js";
import type { SetOptions } from "../../export/export-set.js";
import { readFileNameTemplate, UniqueNames } from "../../export/file-name.js";
import type { NamingChoice } from "../../export/fits-name.js";
import { MAX_MAP_LENGTH, mapClass, readKeywordMap } from "../../export/keyword-map.js";
import { readQuery } from "../../query/read-query.js";
import type { RecordSetQuery } from "../../query/record-set-query.js";
import { seriesCatalog } from "../../series/series-cache.js";
import { readSums } from "../../sums/sums-transaction.js";
import { ownSiteCode } from "../../sums/sunum.js";
import { readListFile } from "../list-file.js";
import { type ExportContext, type ExportInput, PROTOCOLS, STATUS } from "./declaration.js";

/** The record sets that are exported. Errors: USAGE where none is named; those of `readQuery`. */
export async function recordSets(context: ExportContext): Promise<readonly RecordSetQuery[]> {
  const { values, positionals, database, log } = context;
  const text = values.spec ?? positionals[0];
  if (text === undefined) throw new DasError("USAGE", "no record set, expected spec= or a first argument");
  const catalog = seriesCatalog(database);
  const { sets, warnings } = await readQuery(text, {
    findSeries: (name) => catalog.series(name),
    readListFile,
  });
  for (const { message } of warnings) log(`drms_export: ${message}`);
  return sets;
}

/** How they are exported. Errors: BAD_PARAMETER, FITS_UNSUPPORTED for what the arguments ask for; those of the database. */
export async function setOptions(
  { values, sums, log, signal }: ExportContext,
  input: ExportInput,
): Promise<SetOptions> {
  const told = values.e ? () => undefined : log;
  const choices = readCompressionList(values.cparms ?? "");
  return {
    protocol: PROTOCOLS[values.protocol]!, // by the declaration
    template: templateOf(values.ffmt),
    names: new UniqueNames(),
    compression:
      values.a && choices[0] !== undefined ? { kind: "all", choice: choices[0] } : { kind: "each", choices },
    naming: await namingOf(values, told),
    license: input.license,
    units: { sums, siteCode: await readSums(sums, ownSiteCode), log: told, signal },
    limit: values.n,
  };
}

function templateOf(text: string) {
  try {
    return readFileNameTemplate(text);
  } catch (error) {
    throw isDasError(error)
      ? new DasError(error.code, error.message, { status: STATUS.template }, error)
      : error;
  }
}

async function namingOf(
  { mapfile, mapclass }: Pick<ExportContext["values"], "mapclass" | "mapfile">,
  log: (line: string) => void,
): Promise<NamingChoice> {
  const naming = mapclass === undefined ? {} : { mapClass: mapClass(mapclass) };
  if (mapfile === undefined) return naming;
  const file = await readListFile(mapfile, MAX_MAP_LENGTH);
  if (file === undefined)
    throw new DasError("BAD_PARAMETER", `mapfile=${shown(mapfile)}, expected a file that can be read`);
  const { map, warnings } = readKeywordMap(file.text);
  for (const warning of warnings) log(`drms_export: ${warning}`);
  return { ...naming, map };
}
