import type {
  Keyword,
  KeywordClass,
  Link,
  PrimeKey,
  Segment,
  Series,
} from "../../../netdrms/series/model.js";
import { DRMS_TYPES, type DrmsType } from "../../../netdrms/values/drms-type.js";

/** What a test says of a keyword. */
export interface MadeKeyword {
  readonly name: string;
  readonly type: DrmsType;
  /** Of a constant keyword. */
  readonly constant?: string;
  readonly class?: KeywordClass;
  readonly link?: { readonly link: string; readonly target: string };
}

/** What a test says of a series. */
export interface MadeSeries {
  readonly name: string;
  /** External names; a slotted one is in the key by its index. */
  readonly primeKeys: readonly string[];
  readonly keywords: readonly MadeKeyword[];
  readonly segments?: readonly string[];
  readonly links?: readonly Link[];
  readonly hasShadow?: boolean;
}

/** The description of a series as the archive would give it, without an archive. */
export function madeSeries(made: MadeSeries): Series {
  const [namespace = "", table = ""] = made.name.toLowerCase().split(".");
  const keywords: Keyword[] = made.keywords.map((keyword, n) => ({
    name: keyword.name,
    baseName: keyword.name,
    type: keyword.type,
    class: keyword.class ?? (keyword.constant === undefined ? "variable" : "constant"),
    defaultText: keyword.constant ?? "DRMS_MISSING_VALUE",
    format: "",
    unit: "",
    description: "",
    implicit: keyword.class === "index",
    rank: n + 1,
    ...(keyword.link === undefined ? {} : { link: keyword.link }),
    ...(keyword.constant !== undefined || keyword.link !== undefined
      ? {}
      : { column: keyword.name.toLowerCase() }),
  }));
  const named = (name: string): Keyword | undefined => keywords.find((keyword) => keyword.name === name);
  const primeKeys: PrimeKey[] = made.primeKeys.map((name) => {
    const external = named(name)!;
    return { external, internal: named(`${name}_index`) ?? external };
  });
  return {
    name: made.name,
    namespace,
    table,
    author: "",
    owner: "",
    unitSize: 1,
    archive: 0,
    retentionDays: 1,
    stagingRetentionDays: 0,
    tapeGroup: 0,
    created: "",
    description: "",
    version: "2.1",
    primeKeys,
    dbIndex: [],
    keywords,
    segments: (made.segments ?? []).map(madeSegment),
    links: made.links ?? [],
    hasShadow: made.hasShadow ?? false,
  };
}

function madeSegment(name: string, number: number): Segment {
  return {
    name,
    number,
    scope: "variable",
    type: "int",
    axes: [4, 4],
    unit: "",
    protocol: "fits",
    description: "",
    constantRecnum: 0n,
    fileColumn: `sg_00${number}_file`,
    axisColumns: [],
    compression: "",
    bzero: 0,
    bscale: 1,
  };
}

/** A keyword that falls into slots, with its index and companions. */
export function slotted(
  name: string,
  type: DrmsType,
  keywordClass: KeywordClass,
  companions: Readonly<Record<string, string>>,
): readonly MadeKeyword[] {
  return [
    { name, type, class: keywordClass },
    { name: `${name}_index`, type: "longlong", class: "index" },
    ...Object.entries(companions).map(([what, constant]) => ({
      name: `${name}_${what}`,
      type: what === "epoch" ? ("time" as const) : ("double" as const),
      constant,
    })),
  ];
}

/** The series of netdrms 2.4. */
export const MAG45 = madeSeries({
  name: "su_ex.mag45",
  primeKeys: ["T_REC", "CAMERA"],
  keywords: [
    ...slotted("T_REC", "time", "ts_eq", { step: "45", epoch: "1993.01.01_00:00:00_TAI" }),
    { name: "CAMERA", type: "int" },
    { name: "QUALITY", type: "int" },
    { name: "DATAMEAN", type: "float" },
    { name: "CRPIX1", type: "float" },
    { name: "DATE", type: "time" },
    { name: "INSTRUME", type: "string", constant: "MAG" },
    { name: "EXPTIME", type: "string", link: { link: "SRC", target: "EXPTIME" } },
  ],
  segments: ["magnetogram"],
  links: [
    {
      name: "SRC",
      targetSeries: "su_ex.lev1",
      description: "",
      kind: "dynamic",
      setColumn: "ln_src_isset",
      keys: [{ column: "ln_src_fsn", target: "fsn", type: "int" }],
    },
  ],
});

/** A series with a plain key of every type. */
export const PLAIN = madeSeries({
  name: "su_ex.plain",
  primeKeys: ["NAME", "COUNT", "SIZE", "WHEN_", "BIG"],
  keywords: [
    { name: "NAME", type: "string" },
    { name: "COUNT", type: "short" },
    { name: "SIZE", type: "float" },
    { name: "WHEN_", type: "time" },
    { name: "BIG", type: "longlong" },
    { name: "BIG_base", type: "longlong", constant: "100" },
    { name: "BIG_step", type: "longlong", constant: "10" },
    { name: "NOTE", type: "string" },
    { name: "AREA", type: "double" },
    { name: "SMALL", type: "short" },
  ],
  segments: ["image", "mask"],
});

/** A series without prime keys. */
export const LOG = madeSeries({
  name: "su_ex.log",
  primeKeys: [],
  keywords: [{ name: "NOTE", type: "string" }],
});

/**
 * Statements that make the table of a series, with the index over its prime keys and the shadow table where it has one.
 * Source: netdrms 2.4, 2.5. The shadow table is filled from the table by `shadowSql`.
 */
export function tableSql(series: Series): string {
  const columns = series.keywords.flatMap(({ column, type }) =>
    column === undefined ? [] : [`${column} ${DRMS_TYPES[type].column}`],
  );
  const files = series.segments.map(({ fileColumn }) => `${fileColumn} text`);
  const table = `${series.namespace}.${series.table}`;
  const keys = series.primeKeys.map(({ internal }) => internal.column).join(", ");
  return `CREATE SCHEMA IF NOT EXISTS ${series.namespace};
CREATE TABLE ${table} (${["recnum bigint PRIMARY KEY", "sunum bigint", "slotnum integer", "sessionid bigint", "sessionns text", ...columns, ...files].join(", ")});
${keys === "" ? "" : `CREATE INDEX ${series.table}_prime_idx ON ${table} (${keys});`}`;
}

/** Statements that make the shadow table of a series from its table: one row for each prime-key value. Source: netdrms 2.5. */
export function shadowSql(series: Series): string {
  const table = `${series.namespace}.${series.table}`;
  const keys = series.primeKeys.map(({ internal }) => internal.column).join(", ");
  return `CREATE TABLE ${table}_shadow AS SELECT ${keys}, count(*)::integer AS nrecords, max(recnum) AS recnum FROM ${table} GROUP BY ${keys};`;
}
