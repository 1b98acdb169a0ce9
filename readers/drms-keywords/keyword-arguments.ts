import { declareArguments } from "../../netdrms/module/check-declaration.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS } from "../archive/record-arguments.js";

/** Values of the parameter `sums`. */
export const SUMS = ["none", "known", "made"] as const;

/** What the reader of keywords takes. */
export const KEYWORD_ARGUMENTS = declareArguments({
  name: "drms-keywords",
  summary:
    "Writes keywords of the records of a series as a das2 stream: a packet a record, a plane a keyword.",
  params: [
    ...RECORD_PARAMETERS,
    {
      name: "key",
      type: "STRINGS",
      default: "",
      about: "keywords; by default all of the records whose values are numbers",
    },
    {
      name: "show",
      type: "STRINGS",
      default: "",
      fromRequest: true,
      about: "of these keywords the ones that are wanted; by default all",
    },
    {
      name: "sums",
      type: "NUME",
      values: SUMS,
      default: "none",
      fromRequest: true,
      about: "SHA-256 of exported files",
    },
    {
      name: "compress",
      type: "STRING",
      default: "none",
      about: "of the files of sums, as drms-export has it",
    },
    {
      name: "mapclass",
      type: "STRING",
      optional: true,
      about: "of the files of sums, as drms-export has it",
    },
  ],
  flags: [],
  positionals: RANGE_POSITIONALS,
  requestWords: true,
});
