import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { declareArguments } from "../module/check-declaration.js";
import { type DrmsModule, defineModule } from "../module/module.js";
import { planSeries, planSeriesRemoval } from "../schema/series-table.js";
import { planShadow } from "../schema/shadow-table.js";
import { type DefinedSeries, defineSeries } from "../series/define-series.js";
import { type ParsedJsd, parseJsd } from "../series/jsd-parse.js";
import { SERIES_NAME_SYNTAX, splitSeriesName } from "../series/names.js";
import { seriesCatalog } from "../series/series-cache.js";
import { type NewSeriesPlace, newSeriesPlace } from "./new-series-place.js";

/** What `create_series` has from its process. */
export interface SeriesInput {
  /** The text of a definition: of a file, or of standard input where none is named. Errors: BAD_FILE. */
  readDefinition(file: string | undefined): Promise<string>;
  /** Asks a person yes or no; no where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

const DECLARATION = declareArguments({
  name: "create_series",
  summary: "Makes a series from its definition (JSD).",
  params: [
    {
      name: "name",
      type: "DATASERIES",
      optional: true,
      about: "name of the series instead of the one in the definition",
    },
  ],
  flags: [
    { name: "f", about: "replace a series that is there, with all its records, after asking" },
    { name: "y", about: "with -f: do not ask" },
    { name: "i", about: "read the definition from standard input" },
  ],
  positionals: [{ name: "FILE", about: "the definition", optional: true }],
});

/** `create_series`. Source: netdrms 2.11, docs/archive-programs.md. */
export function createSeries(input: SeriesInput): DrmsModule<typeof DECLARATION> {
  return defineModule(DECLARATION, {
    writes: true,
    async run({ values, positionals: [file], database, forWriting, print, log }) {
      if ((file === undefined) !== values.i)
        throw new DasError("USAGE", "expected one definition: a file, or standard input with -i");
      const parsed = named(parseJsd(await input.readDefinition(file)), values.name);
      const place = await placeOf(database, parsed);
      if (place.isTaken && !(await mayReplace(parsed, place, values, input))) {
        log(`create_series: series ${parsed.definition.name} is left as it is`);
        return 1;
      }
      const write = (await forWriting()).database;
      const { series, warnings } = await make(write, parsed, place);
      for (const warning of [...parsed.warnings, ...warnings]) log(`create_series: ${warning}`);
      if (place.records > 0n)
        log(
          "create_series: storage units of the series that was replaced stay until they expire; sums retention ends them earlier",
        );
      await print(`${series.name}\n`);
      return 0;
    },
  });
}

function named(parsed: ParsedJsd, name: string | undefined): ParsedJsd {
  return name === undefined ? parsed : { ...parsed, definition: { ...parsed.definition, name } };
}

function placeOf(database: Database, { definition: { name } }: ParsedJsd): Promise<NewSeriesPlace> {
  const split = splitSeriesName(name);
  if (split === undefined)
    throw new DasError("BAD_DEFINITION", `series ${shown(name)}, expected ${SERIES_NAME_SYNTAX}`);
  return newSeriesPlace(database, split);
}

async function mayReplace(
  { definition: { name } }: ParsedJsd,
  { records }: NewSeriesPlace,
  flags: { readonly f: boolean; readonly y: boolean },
  input: SeriesInput,
): Promise<boolean> {
  if (!flags.f) throw new DasError("BAD_PARAMETER", `series ${name} is there already; -f replaces it`);
  return flags.y || input.confirm(`Replace series ${name} and its ${records} records? (y/n) `);
}

async function make(
  database: Database,
  { definition, placeOf }: ParsedJsd,
  { user, namespaceOwner, isTaken, now }: NewSeriesPlace,
): Promise<DefinedSeries> {
  const catalog = seriesCatalog(database);
  const defined = await defineSeries(definition, { owner: user, created: now, catalog }, placeOf);
  const { series } = defined;
  const plan = [
    ...(isTaken ? planSeriesRemoval(series) : []),
    ...planSeries(series, namespaceOwner),
    ...(definition.createShadow ? planShadow(series, namespaceOwner) : []),
  ];
  for (const { sql } of plan) await database.query(sql);
  return defined;
}
