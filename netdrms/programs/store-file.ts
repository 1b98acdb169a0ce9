import { DasError } from "../../errors/das-error.js";
import { declareArguments } from "../module/check-declaration.js";
import { defineModule } from "../module/module.js";
import { keywordDefault } from "../series/keyword-default.js";
import type { Series } from "../series/model.js";
import { specificationPrinter } from "../series/record-specification.js";
import { seriesCatalog } from "../series/series-cache.js";
import type { NewRecord } from "../store/new-record.js";
import { RecordStore } from "../store/record-store.js";
import type { DrmsValue } from "../values/drms-type.js";
import { onlySegment, recordOfWords } from "./record-of-words.js";
import { tableRow } from "./table-text.js";

/**
 * `store_file`: adds a record with its files. Prints its specification, number, storage unit and slot (-1 both for a record without
 * files). Source: docs/archive-programs.md.
 */
export const storeFile = defineModule(
  declareArguments({
    name: "store_file",
    summary: "Adds a record to a series, with files of its segments.",
    params: [
      { name: "series", type: "DATASERIES", about: "the series" },
      {
        name: "file",
        type: "STRING",
        optional: true,
        about: "file (of a generic segment also a folder) to be stored",
      },
      {
        name: "segment",
        type: "STRING",
        optional: true,
        about: "segment that file= is for; may be left out where the series has one",
      },
      { name: "rename", type: "STRING", optional: true, about: "name that file= has in the archive" },
    ],
    flags: [],
    otherNames:
      "a keyword with its value, a segment with its file, or a link with the record set that it leads to: QUALITY=0 image=a.fits SRC=su_ex.lev1[4711]",
  }),
  {
    writes: true,
    async run({ values, others, database, forWriting, print, log }) {
      const catalog = seriesCatalog(database);
      const series = await catalog.series(values.series);
      const record = withFile(series, await recordOfWords(database, catalog, series, others), values);
      const store = new RecordStore(await forWriting(), { catalog });
      const { recnums, places, warnings } = await store.insert(series, [record]);
      for (const warning of warnings) log(`store_file: ${warning}`);
      const recnum = recnums[0]!;
      const specification = specificationPrinter(series)(primeValues(series, record), recnum);
      const { sunum = -1n, slot = -1 } = places[0] ?? {};
      await print(tableRow([specification, String(recnum), String(sunum), String(slot)]));
      return 0;
    },
  },
);

function withFile(
  series: Series,
  record: NewRecord,
  words: {
    readonly file: string | undefined;
    readonly segment: string | undefined;
    readonly rename: string | undefined;
  },
): NewRecord {
  const { file, segment, rename } = words;
  if (file === undefined) {
    if (segment !== undefined || rename !== undefined)
      throw new DasError("USAGE", "segment= and rename= are about file=, expected file=PATH");
    return record;
  }
  const name = segment ?? onlySegment(series);
  const content = { kind: "file", path: file, ...(rename === undefined ? {} : { name: rename }) } as const;
  return { ...record, segments: { ...record.segments, [name]: content } };
}

function primeValues({ primeKeys }: Series, { keywords }: NewRecord): readonly DrmsValue[] {
  const given = new Map(Object.entries(keywords).map(([name, value]) => [name.toLowerCase(), value]));
  return primeKeys.map(({ external }) => given.get(external.name.toLowerCase()) ?? keywordDefault(external));
}
