import { joinSql, name, param, type Sql, sql } from "../database/sql.js";
import { flagWord } from "../series/flag-word.js";
import { KEYWORD_CLASS_CODES } from "../series/keyword-class.js";
import type { Keyword, Link, Segment, Series } from "../series/model.js";
import { packRetention } from "../series/retention-word.js";

type Values = Readonly<Record<string, Sql>>;

/**
 * The statements that describe a series in the master tables of its namespace, each with what it is about.
 * Source: netdrms 2.3, 2.4.
 */
export function masterRows(series: Series): readonly (readonly [what: string, statement: Sql])[] {
  const tables = [
    ["description", "drms_series", [seriesRow(series)]],
    ["keywords", "drms_keyword", masterKeywords(series).map((keyword) => keywordRow(series, keyword))],
    ["segments", "drms_segment", series.segments.map((segment) => segmentRow(series, segment))],
    ["links", "drms_link", series.links.map((link) => linkRow(series, link))],
  ] as const;
  return tables.flatMap(([what, table, rows]) =>
    rows[0] === undefined ? [] : [[what, insert(name(series.namespace, table), rows[0], rows)] as const],
  );
}

/** Rows of the same columns. */
function insert(table: Sql, first: Values, rows: readonly Values[]): Sql {
  const columns = joinSql(
    Object.keys(first).map((column) => name(column)),
    ", ",
  );
  const tuples = rows.map((row) => sql`(${joinSql(Object.values(row), ", ")})`);
  return sql`INSERT INTO ${table} (${columns})
  VALUES ${joinSql(tuples, ", ")}`;
}

const text = (value: string | null): Sql => sql`${param(value, "text")}`;
const int4 = (value: number): Sql => sql`${param(value, "int4")}`;

function seriesRow(series: Series): Values {
  return {
    seriesname: text(series.name),
    author: text(series.author),
    owner: text(series.owner),
    unitsize: int4(series.unitSize),
    archive: int4(series.archive),
    retention: int4(packRetention(series)),
    tapegroup: int4(series.tapeGroup),
    primary_idx: text(series.primeKeys.map(({ internal }) => internal.name).join(", ")),
    created: text(series.created),
    description: text(series.description),
    dbidx: text(series.dbIndex.length === 0 ? null : series.dbIndex.join(", ")),
    version: text(series.version),
  };
}

/** A per-segment keyword has one row, under its base name. Source: netdrms 1.4. */
function masterKeywords({ keywords }: Series): readonly Keyword[] {
  const seen = new Set<string>();
  return keywords.filter(({ baseName, segment }) => {
    if (segment === undefined) return true;
    const isFirst = !seen.has(baseName);
    seen.add(baseName);
    return isFirst;
  });
}

function keywordRow({ name: series, primeKeys }: Series, keyword: Keyword): Values {
  const { link } = keyword;
  // What is linked has the rest from its target.
  const own = (value: string): Sql => text(link === undefined ? value : "");
  return {
    seriesname: text(series),
    keywordname: text(keyword.baseName),
    linkname: text(link?.link ?? ""),
    targetkeyw: text(link?.target ?? ""),
    type: own(keyword.type),
    defaultval: own(keyword.defaultText),
    format: own(keyword.format),
    unit: own(keyword.unit),
    islink: int4(link === undefined ? 0 : 1),
    isconstant: int4(KEYWORD_CLASS_CODES[keyword.class]),
    persegment: int4(
      flagWord({
        perSegment: keyword.segment !== undefined,
        implicit: keyword.implicit,
        internalPrime: primeKeys.some(({ internal }) => internal.name === keyword.name),
        externalPrime: primeKeys.some(({ external }) => external.name === keyword.name),
        rank: keyword.rank,
      }),
    ),
    description: text(keyword.description),
  };
}

function segmentRow({ name: series }: Series, segment: Segment): Values {
  const { link } = segment;
  return {
    seriesname: text(series),
    segmentname: text(segment.name),
    segnum: int4(segment.number),
    scope: text(segment.scope),
    type: text(segment.type),
    naxis: int4(segment.axes.length),
    axis: text(segment.axes.join(", ")),
    unit: text(segment.unit),
    protocol: text(segment.protocol),
    description: text(segment.description),
    islink: int4(link === undefined ? 0 : 1),
    linkname: text(link?.link ?? ""),
    targetseg: text(link?.target ?? ""),
    cseg_recnum: sql`${param(segment.constantRecnum, "int8")}`,
  };
}

function linkRow({ name: series }: Series, link: Link): Values {
  return {
    seriesname: text(series),
    linkname: text(link.name),
    target_seriesname: text(link.targetSeries),
    type: text(link.kind),
    description: text(link.description),
  };
}
