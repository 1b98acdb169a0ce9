import type { KeyDescriptor } from "./key-types.js";

/**
 * The archive of series (NetDRMS) and what is exported from it. Of the programs only those that ship here and work on the
 * archive get them; netdrms-export A7, C.
 */
export const ARCHIVE_KEYS = [
  {
    key: "DRMS_URL",
    field: "drmsUrl",
    type: "optional postgres",
    default: "",
    secret: true,
    help: "PostgreSQL database of the series: postgres://USER@HOST:PORT/DATABASE, or settings as psql takes them (host=HOST dbname=DATABASE user=USER). A folder as host is that of a socket. Better without a password: see DRMS_PASSWORD_FILE. Empty: there is no archive.",
  },
  {
    key: "SUMS_URL",
    field: "sumsUrl",
    type: "optional postgres",
    default: "",
    secret: true,
    help: "Database of the storage units, where it is not the one of DRMS_URL.",
  },
  {
    key: "DRMS_PASSWORD_FILE",
    field: "drmsPasswordFile",
    type: "optional path",
    default: "",
    help: "File that holds the password for both databases, one line, readable for the server alone. Without it the rules of PostgreSQL hold (.pgpass, trust, peer).",
  },
  {
    key: "DRMS_STATEMENT_TIMEOUT",
    field: "drmsStatementTimeout",
    type: "number",
    default: "60",
    unit: "s",
    min: 0,
    max: 86_400,
    help: "Longest time of one statement in the database; 0 for no limit.",
  },
  {
    key: "DRMS_MAX_CONNECTIONS",
    field: "drmsMaxConnections",
    type: "integer",
    default: "8",
    min: 1,
    max: 1000,
    help: "Connections that one process has to a database at the same time.",
  },
  {
    key: "DRMS_LICENSE",
    field: "drmsLicense",
    type: "text",
    default: "CC0 1.0",
    help: "Value of the keyword LICENSE in exported FITS files.",
  },
  {
    key: "DRMS_STAGING_RETENTION",
    field: "drmsStagingRetention",
    type: "number",
    default: "3",
    unit: "days",
    min: 0,
    max: 3660,
    help: "How long files of an export that was asked for are kept.",
  },
  {
    key: "DRMS_DOWNLOAD_LIMIT",
    field: "drmsDownloadLimit",
    type: "bytes",
    default: "4G",
    unit: "bytes",
    min: 1,
    max: 50 * 1024 ** 3,
    help: "Bytes of files that one stream of exported files holds; its list of errors names what did not fit.",
  },
] as const satisfies readonly KeyDescriptor[];
