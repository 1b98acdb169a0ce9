import { declareArguments } from "../module/check-declaration.js";
import { defineModule } from "../module/module.js";
import { type ListedSeries, listSeries, parseSeriesFilter } from "../series/list-series.js";
import { tableRow } from "./table-text.js";

/**
 * `show_series`: names of series, one a line, sorted; with `-p` and `-v` a table whose first line names its columns.
 * Source: docs/archive-programs.md; export B2 for the filter.
 */
export const showSeries = defineModule(
  declareArguments({
    name: "show_series",
    summary: "Lists the series of the archive, by name.",
    params: [
      {
        name: "filter",
        type: "STRING",
        default: "",
        about:
          "regular expression that is looked for in the names, in any case; NOT and a blank before it inverts",
      },
    ],
    flags: [
      { name: "p", about: "prime keys and description too" },
      { name: "v", about: "as -p, and archive flag, retention in days, tape group, unit size and owner" },
      { name: "q", about: "no line with the names of the columns" },
    ],
    positionals: [{ name: "FILTER", about: "the same as filter=", optional: true }],
  }),
  {
    async run({ values, positionals, database, print }) {
      const series = await listSeries(database, parseSeriesFilter(positionals[0] ?? values.filter));
      const columns = COLUMNS.filter(({ flag }) => flag === "" || values.v || (values.p && flag === "p"));
      if (columns.length > 1 && !values.q) await print(tableRow(columns.map(({ title }) => title)));
      for (const one of series) await print(tableRow(columns.map(({ cell }) => cell(one))));
      return 0;
    },
  },
);

interface Column {
  readonly title: string;
  /** Which flag shows it; `-v` shows all. */
  readonly flag: "" | "p" | "v";
  cell(series: ListedSeries): string;
}

const COLUMNS: readonly Column[] = [
  { title: "series", flag: "", cell: ({ name }) => name },
  { title: "primekeys", flag: "p", cell: ({ primeKeys }) => primeKeys.join(", ") },
  { title: "description", flag: "p", cell: ({ description }) => description },
  { title: "archive", flag: "v", cell: ({ archive }) => String(archive) },
  { title: "retention", flag: "v", cell: ({ retentionDays }) => String(retentionDays) },
  { title: "tapegroup", flag: "v", cell: ({ tapeGroup }) => String(tapeGroup) },
  { title: "unitsize", flag: "v", cell: ({ unitSize }) => String(unitSize) },
  { title: "owner", flag: "v", cell: ({ owner }) => owner },
];
