import { DEFAULT_FILE_NAME } from "../../export/file-name.js";
import { declareArguments } from "../../module/check-declaration.js";
import type { ModuleContext } from "../../module/module.js";

/** What `drms_export` has from its process. */
export interface ExportInput {
  /** Unix ms. */
  now(): number;
  /** Value of the card LICENSE. */
  readonly license: string;
}

/** Exit statuses. Source: export part C. */
export const STATUS = {
  done: 0,
  arguments: 1,
  template: 8,
  database: 9,
  tooLarge: 11,
  allFailed: 12,
  notSingle: 13,
} as const;

/** What a file is exported as; the argument `protocol` is a place in this list. */
export const PROTOCOLS = ["fits", "as-is"] as const;
const GIB = 1024 ** 3;

/** The arguments of `drms_export`. Source: export part C, docs/archive-programs.md. */
export const DECLARATION = declareArguments({
  name: "drms_export",
  summary:
    "Exports the files of record sets: into a folder, as tars in one, or as a tar stream on standard output.",
  params: [
    { name: "spec", type: "DATASET", optional: true, about: "record sets; or the first argument" },
    {
      name: "n",
      type: "INT",
      default: 0,
      about: "the first or, negative, the last so many records of each set",
    },
    {
      name: "out",
      type: "STRING",
      optional: true,
      about: "folder for files and lists instead of standard output",
    },
    {
      name: "stage",
      type: "STRING",
      optional: true,
      about: "folder for tars ID_0000.tar, ID_0001.tar, … and a status file ID.NQUE, .QUED, .DONE or .FAIL",
    },
    { name: "id", type: "STRING", optional: true, about: "with stage: what the names begin with" },
    {
      name: "tarsize",
      type: "DOUBLE",
      default: 2 * GIB,
      range: "[1,53687091200]",
      about: "with stage: bytes of files of one tar; a larger file is in one of its own",
    },
    {
      name: "protocol",
      type: "NUME",
      values: PROTOCOLS,
      default: "fits",
      about: "complete FITS files, or stored files as they are",
    },
    {
      name: "ffmt",
      type: "STRING",
      default: DEFAULT_FILE_NAME,
      about: "names of the files, with keywords in braces",
    },
    {
      name: "cparms",
      type: "STRING",
      optional: true,
      about:
        "compression of each segment, commas between them (none, rice, gzip1, gzip2); by default as stored",
    },
    { name: "mapclass", type: "STRING", optional: true, about: "class of keyword names: ssw or gng" },
    { name: "mapfile", type: "STRING", optional: true, about: "file with lines FITSNAME DRMSNAME" },
    {
      name: "maxfilesize",
      type: "DOUBLE",
      default: 4 * GIB,
      range: "[1,53687091200]",
      about: "bytes of files at most",
    },
  ],
  flags: [
    { name: "a", about: "the first compression is that of all segments" },
    { name: "s", about: "one file, as it is, instead of a tar" },
    { name: "d", about: "with -s: the name of the file before it, 256 bytes filled up with NUL" },
    { name: "e", about: "no messages about single files on standard error" },
    { name: "k", about: "keywords alone, as a FITS table" },
  ],
  positionals: [{ name: "SPEC", about: "record sets", optional: true }],
});

/** What `drms_export` has while it runs. */
export type ExportContext = ModuleContext<typeof DECLARATION>;
