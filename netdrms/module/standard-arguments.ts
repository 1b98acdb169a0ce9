import type { ModuleDeclaration } from "./declaration.js";

/** Flag of a module that cannot have another meaning. */
export const RESERVED_FLAGS: readonly string[] = ["n", "H", "help", "jsocmodver"];

/** What every module takes besides its own arguments. Source: netdrms 7.3. */
export const STANDARD_ARGUMENTS = {
  name: "standard",
  summary: "",
  flags: [
    { name: "H", about: "print this text and end; --help is the same" },
    { name: "help", about: "print this text and end" },
    { name: "V", about: "print all parameters, and the record-set queries that are used" },
    { name: "L", about: "keep standard output and error in a log storage unit" },
    { name: "Q", about: "with -L: print to the log alone" },
    { name: "A", about: "archive all storage units of this run, the log too" },
    { name: "n", about: "reserved, does nothing" },
    { name: "jsocmodver", about: "print the version of the software and end" },
    { name: "DRMS_PRINT_SQL", about: "print the SQL instead of running it", fromEnvironment: true },
    {
      name: "DRMS_DBUTF8CLIENTENCODING",
      about: "accepted; text always travels as UTF-8",
      fromEnvironment: true,
    },
  ],
  params: [
    { name: "JSOC_DBHOST", type: "STRING", optional: true, about: "host of the database, or host:port" },
    { name: "JSOC_DBNAME", type: "STRING", optional: true, about: "name of the database" },
    { name: "JSOC_DBUSER", type: "STRING", optional: true, about: "user of the database" },
    { name: "JSOC_DBPASSWD", type: "STRING", optional: true, about: "password; better in ~/.pgpass" },
    { name: "JSOC_SESSIONNS", type: "STRING", optional: true, about: "namespace of the session's row" },
    {
      name: "DRMS_ARCHIVE",
      type: "INT",
      optional: true,
      range: "[-1,1]",
      about: "archive flag of new units",
    },
    {
      name: "DRMS_RETENTION",
      type: "INT",
      optional: true,
      range: "[0,32767]",
      notFromEnvironment: true,
      about: "days that storage units which are read are kept from now",
    },
    {
      name: "DRMS_NEWSURETENTION",
      type: "INT",
      optional: true,
      range: "[0,32767]",
      about: "days that new storage units are kept",
    },
    { name: "DRMS_QUERY_MEM", type: "INT", default: 512, range: "[1,1048576]", about: "MB of a query" },
    {
      name: "DRMS_DBTIMEOUT",
      type: "INT",
      optional: true,
      range: "[1,2147483647]",
      about: "milliseconds that a statement may take",
    },
  ],
} as const satisfies ModuleDeclaration;
