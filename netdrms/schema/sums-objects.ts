import { type Sql, sql } from "../database/sql.js";
import { sunumRange } from "../sums/sunum.js";
import { integerLiteral } from "./literal.js";
import { grantObject, indexObject, relationObject, type SchemaObject } from "./schema-object.js";

/** Storage units live here, whatever else the database holds. */
const SCHEMA = "public";

/** Tables of storage units, sessions, partitions and tapes. Source: netdrms 3.1. */
const TABLES: Readonly<Record<string, Sql>> = {
  sum_main: sql`CREATE TABLE public.sum_main (
  online_loc varchar(80) NOT NULL, online_status varchar(5), archive_status varchar(5), offsite_ack varchar(5),
  history_comment varchar(80), owning_series varchar(80), storage_group integer, storage_set integer, bytes bigint,
  ds_index bigint PRIMARY KEY, create_sumid bigint NOT NULL, creat_date timestamp(0), access_date timestamp(0),
  username varchar(32), arch_tape varchar(20), arch_tape_pos varchar(15), arch_tape_fn integer,
  arch_tape_date timestamp(0), warnings varchar(260), status integer, safe_tape varchar(20),
  safe_tape_pos varchar(15), safe_tape_fn integer, safe_tape_date timestamp(0))`,
  sum_open: sql`CREATE TABLE public.sum_open (sumid bigint PRIMARY KEY, open_date timestamp(0))`,
  sum_partn_alloc: sql`CREATE TABLE public.sum_partn_alloc (
  wd varchar(80) NOT NULL, sumid bigint NOT NULL, status integer NOT NULL, bytes bigint, effective_date varchar(20),
  archive_substatus integer, group_id integer, ds_index bigint NOT NULL, safe_id integer)`,
  sum_partn_avail: sql`CREATE TABLE public.sum_partn_avail (
  partn_name varchar(80) PRIMARY KEY, total_bytes bigint NOT NULL, avail_bytes bigint NOT NULL,
  pds_set_num integer NOT NULL, pds_set_prime integer NOT NULL DEFAULT 0)`,
  sum_tape: sql`CREATE TABLE public.sum_tape (
  tapeid varchar(20) PRIMARY KEY, nxtwrtfn integer NOT NULL, spare integer NOT NULL, group_id integer NOT NULL,
  avail_blocks bigint NOT NULL, closed integer NOT NULL, last_write timestamp(0))`,
  sum_file: sql`CREATE TABLE public.sum_file (
  tapeid varchar(20), filenum integer, gtarblock integer, md5cksum varchar(36) NOT NULL,
  PRIMARY KEY (tapeid, filenum))`,
  sum_group: sql`CREATE TABLE public.sum_group (
  group_id integer PRIMARY KEY, retain_days integer NOT NULL, effective_date varchar(20))`,
  sum_arch_group: sql`CREATE TABLE public.sum_arch_group (
  group_id integer PRIMARY KEY, cadence_days integer, sec1970_start bigint, date_arch_start timestamp(0),
  name varchar(96), sum_set integer)`,
};

const INDEXES: readonly (readonly [table: string, column: string, create: Sql])[] = [
  ["sum_main", "ds_index", sql`CREATE INDEX sum_main_ds_index_idx ON public.sum_main (ds_index)`],
  ["sum_main", "owning_series", sql`CREATE INDEX sum_main_owner_idx ON public.sum_main (owning_series)`],
  ["sum_partn_alloc", "ds_index", sql`CREATE INDEX ON public.sum_partn_alloc (ds_index)`],
  ["sum_partn_alloc", "effective_date", sql`CREATE INDEX ON public.sum_partn_alloc (effective_date)`],
  ["sum_partn_alloc", "sumid", sql`CREATE INDEX ON public.sum_partn_alloc (sumid)`],
  ["sum_partn_alloc", "wd", sql`CREATE INDEX ON public.sum_partn_alloc (wd)`],
];

/** Name of the sequence of SUNUMs. */
export const SUNUM_SEQUENCE = "sum_ds_index_seq";

/** Who may do what with storage units. */
export interface SumsRoles {
  /** Gets all privileges; missing: none but the owner. */
  readonly production?: string | undefined;
  /** Get SELECT. */
  readonly readers: readonly string[];
}

/**
 * The tables and sequences of storage units, their SUNUMs in the range of the site. Source: netdrms 3.1, 3.2.
 * @param siteCode 0 to 32767; missing: the sequence of SUNUMs is there
 */
export function sumsObjects(siteCode: number | undefined, roles: SumsRoles): readonly SchemaObject[] {
  const sequences: readonly (readonly [string, Sql])[] = [
    ["sum_seq", sql`CREATE SEQUENCE public.sum_seq START 2 CACHE 50`],
    ...(siteCode === undefined ? [] : [[SUNUM_SEQUENCE, createSunums(siteCode)] as const]),
  ];
  const grants = (role: string, privilege: "ALL" | "SELECT"): SchemaObject[] => [
    ...Object.keys(TABLES).map((table) => grantObject("sums", [privilege], "TABLE", [SCHEMA, table], role)),
    ...["sum_seq", SUNUM_SEQUENCE].map((sequence) =>
      grantObject("sums", [privilege], "SEQUENCE", [SCHEMA, sequence], role),
    ),
  ];
  return [
    ...Object.entries(TABLES).map(([table, create]) => relationObject("sums", SCHEMA, table, create)),
    ...INDEXES.map(([table, column, create]) => indexObject("sums", SCHEMA, table, [column], create)),
    ...sequences.map(([sequence, create]) =>
      relationObject("sums", SCHEMA, sequence, create, { kind: "sequence" }),
    ),
    ...(roles.production === undefined ? [] : grants(roles.production, "ALL")),
    ...roles.readers.flatMap((role) => grants(role, "SELECT")),
  ];
}

function createSunums(siteCode: number): Sql {
  const range = rangeOf(siteCode);
  return sql`CREATE SEQUENCE public.sum_ds_index_seq ${range} CACHE 50`;
}

/** Moves a sequence that gave no number yet into the range of the site. Source: netdrms 3.2. */
export function moveSunums(siteCode: number): Sql {
  const { first } = sunumRange(siteCode);
  return sql`ALTER SEQUENCE public.sum_ds_index_seq ${rangeOf(siteCode)} RESTART ${integerLiteral(first)}`;
}

/** Of site 0 the first number is 0 as the rule has it, although the original software of that site began with 1. */
function rangeOf(siteCode: number): Sql {
  const { first, last } = sunumRange(siteCode);
  return sql`MINVALUE ${integerLiteral(first)} MAXVALUE ${integerLiteral(last)} START ${integerLiteral(first)}`;
}
