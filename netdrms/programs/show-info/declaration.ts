import { declareArguments } from "../../module/check-declaration.js";
import type { ModuleContext } from "../../module/module.js";

/** The arguments of `show_info`. Source: netdrms 6. */
export const SHOW_INFO_ARGUMENTS = declareArguments({
  name: "show_info",
  summary: "Shows records of a series, or what the series is.",
  params: [
    { name: "ds", type: "DATASET", optional: true, about: "record sets, or a series; or the first argument" },
    {
      name: "n",
      type: "INT",
      default: 0,
      about: "the first or, negative, the last so many records of each set; 0: all",
    },
    { name: "key", type: "STRING", default: "", about: "keywords, separated by commas" },
    { name: "seg", type: "STRING", default: "", about: "segments, separated by commas" },
    {
      name: "sunum",
      type: "STRINGS",
      optional: true,
      about: "storage units whose records are shown, instead of ds",
    },
    {
      name: "link",
      type: "STRING",
      optional: true,
      about: "show everything of the record that this link leads to",
    },
  ],
  flags: [
    { name: "a", about: "all keywords" },
    { name: "A", about: "all segments: names of files, with -p or -P paths" },
    { name: "b", about: "all versions of records" },
    { name: "B", about: "real numbers as hexadecimal bit patterns, strings as hexadecimal bytes" },
    { name: "c", about: "only the number of records" },
    {
      name: "C",
      about: "with -p or -P: files of linked segments are not looked for in the records that links lead to",
    },
    { name: "d", about: "with each segment its unit, protocol and dimensions" },
    { name: "e", about: "only the series and filters of the query" },
    { name: "h", about: "print this text and end" },
    { name: "i", about: "the specification of each record" },
    { name: "I", about: "the session that made each record" },
    { name: "j", about: "the series as a definition (JSD)" },
    { name: "k", about: "NAME=value, one a line, instead of a table" },
    { name: "K", about: "all links, as the specifications of the records they lead to" },
    { name: "l", about: "the structure of the series" },
    { name: "M", about: "real numbers with all digits" },
    { name: "o", about: "whether each storage unit is on line: Y, N, or NA" },
    { name: "O", about: "no limit for the time of a statement (else 10 minutes)" },
    { name: "p", about: "paths of storage units or of files; the units are kept for longer" },
    { name: "P", about: "as -p, and the units are not kept for longer" },
    { name: "q", about: "no line with the names of columns" },
    { name: "r", about: "record numbers" },
    { name: "R", about: "when each storage unit expires" },
    { name: "s", about: "the first and the last record of the series" },
    { name: "S", about: "numbers of storage units" },
    { name: "t", about: "with the names of columns also their types and formats" },
    { name: "T", about: "tape and file number of each storage unit" },
    { name: "v", about: "tell the queries that are run" },
    { name: "x", about: "whether each storage unit is archived: Y, N, Pending, or NA" },
    { name: "z", about: "size of each storage unit, bytes" },
  ],
  positionals: [{ name: "QUERY", about: "record sets, or a series", optional: true }],
});

/** What `show_info` has while it runs. */
export type ShowInfoContext = ModuleContext<typeof SHOW_INFO_ARGUMENTS>;
/** The values of its arguments. */
export type ShowInfoValues = ShowInfoContext["values"];
