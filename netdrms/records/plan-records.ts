import { isDasError } from "../../errors/das-error.js";
import type { CopyType } from "../database/database.js";
import { joinSql, type Sql, sql } from "../database/sql.js";
import type { Selection } from "../query/plan-selection.js";
import { orderColumns, selectionSql, type VersionsByKey, versionsByKeySql } from "../query/selection-sql.js";
import { keywordDefault } from "../series/keyword-default.js";
import { followKeyword, followSegment } from "../series/link-target.js";
import { findNamed, type Keyword, type Segment, type Series } from "../series/model.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import { DRMS_TYPES, type DrmsValue, missingValue } from "../values/drms-type.js";
import type { VersionColumns } from "./latest-versions.js";
import { RECORD, RecordJoins } from "./record-joins.js";
import { SelectList } from "./select-list.js";

/** What of each record is read besides its numbers; members of the selection's series. */
export interface WantedMembers {
  readonly keywords: readonly Keyword[];
  readonly segments: readonly Segment[];
  /** Keywords by which the records are sorted, ascending, before the order that the selection has. */
  readonly order?: readonly Keyword[];
}

/** Where a row has the value of a keyword. */
export interface PlannedKeyword {
  readonly keyword: Keyword;
  readonly source: Keyword;
  /** Place in the row, or the value that all records share. */
  readonly from: number | { readonly constant: DrmsValue };
  /** The value of the type for which NULL stands. */
  readonly nullValue: DrmsValue;
  /** Place of what is NULL where the links lead to no record; `never` where the series do not even have the way. */
  readonly reached?: number | "never";
}

/** Where a row has what is needed to find the file of a segment. */
export interface PlannedSegment {
  readonly segment: Segment;
  readonly source: Segment;
  readonly sourceSeries: Series;
  readonly sunum: number;
  readonly slot: number;
  readonly file: number;
  /** One an axis: a place, or the length that the series gives. */
  readonly axes: readonly (number | { readonly constant: number })[];
  readonly compression: PlannedKeyword | undefined;
  readonly bzero: PlannedKeyword | undefined;
  readonly bscale: PlannedKeyword | undefined;
  readonly reached?: number | "never";
}

/** One statement that reads keywords of the records of a selection, and nothing else of them. */
export interface KeywordPlan {
  readonly select: Sql;
  readonly types: readonly CopyType[];
  readonly keywords: readonly PlannedKeyword[];
  /** The rows are all versions, of which the reader leaves the latest. */
  readonly versions?: VersionColumns;
  /** Members whose links the series do not have, a line each. */
  readonly warnings: readonly string[];
}

/** One statement that reads the records of a selection with all that is wanted of them. */
export interface RecordPlan extends KeywordPlan {
  readonly recnum: number;
  readonly sunum: number;
  readonly slot: number;
  readonly sessionId: number;
  readonly segments: readonly PlannedSegment[];
}

/**
 * Plans the reading of a selection: keywords and segments at the end of links come by joins of the same statement.
 * A link that the series do not have is a warning and gives no values, whatever else there is is read.
 *
 * Errors: those of reading a series that is there. Source: netdrms 1.4, 1.7, 1.8.
 */
export async function planRecords(
  catalog: SeriesCatalog,
  selection: Selection,
  wanted: WantedMembers,
): Promise<RecordPlan> {
  const planner = new RecordPlanner(catalog, selection.series);
  const own = (column: string, type: CopyType): number =>
    planner.list.add(planner.joins.column(RECORD, column), type);
  const numbers = {
    recnum: own("recnum", "int8"),
    sunum: own("sunum", "int8"),
    slot: own("slotnum", "int4"),
    sessionId: own("sessionid", "int8"),
  };
  const keywords = await planner.keywords(wanted.keywords);
  const segments: PlannedSegment[] = [];
  for (const segment of wanted.segments) segments.push(await planner.segment(segment));
  return { ...(await planner.statement(selection, wanted.order)), ...numbers, keywords, segments };
}

/**
 * Plans the reading of keywords alone, for which less is read and sent. Otherwise as {@link planRecords}.
 *
 * @param wanted one keyword at least that is a column
 */
export async function planKeywords(
  catalog: SeriesCatalog,
  selection: Selection,
  wanted: Omit<WantedMembers, "segments">,
): Promise<KeywordPlan> {
  const planner = new RecordPlanner(catalog, selection.series);
  const keywords = await planner.keywords(wanted.keywords);
  const byKey = versionsByKeySql(selection);
  const isInOrder = (wanted.order ?? []).every(
    ({ column }, n) => column !== undefined && column === byKey?.keys[n],
  );
  const statement =
    byKey !== undefined && isInOrder
      ? planner.versions(byKey)
      : await planner.statement(selection, wanted.order);
  return { ...statement, keywords };
}

class RecordPlanner {
  readonly joins = new RecordJoins();
  readonly list = new SelectList();
  readonly warnings: string[] = [];
  readonly #catalog: SeriesCatalog;
  readonly #series: Series;

  constructor(catalog: SeriesCatalog, series: Series) {
    this.#catalog = catalog;
    this.#series = series;
  }

  /** The statement for all that was planned. */
  async statement(
    selection: Selection,
    order: readonly Keyword[] = [],
  ): Promise<Omit<KeywordPlan, "keywords">> {
    const { joins, list, warnings } = this;
    const sorted: Sql[] = [];
    for (const keyword of order) sorted.push(...(await this.column(keyword)));
    const columns = orderColumns(selection).map((column) => joins.column(RECORD, column));
    const select = sql`SELECT ${list.sql} FROM (${selectionSql(selection, joins.recordColumns)}) AS r${joins.joins} ORDER BY ${joinSql([...sorted, ...columns], ", ")}`;
    return { select, types: list.types, warnings };
  }

  /** The statement for all versions of what was planned. */
  versions({ keys, select }: VersionsByKey): Omit<KeywordPlan, "keywords"> {
    const { joins, list, warnings } = this;
    const columns = keys.map((key) => joins.column(RECORD, key));
    const versions = {
      recnum: list.add(joins.column(RECORD, "recnum"), "int8"),
      keys: keys.map((key, n) => list.add(columns[n]!, this.#keyType(key))),
    };
    const statement = sql`SELECT ${list.sql} FROM (${select(joins.recordColumns)}) AS r${joins.joins} ORDER BY ${joinSql(columns, ", ")}`;
    return { select: statement, types: list.types, versions, warnings };
  }

  #keyType(column: string): CopyType {
    const key = this.#series.primeKeys.find(({ internal }) => internal.column === column)!; // the keys are of the series
    return DRMS_TYPES[key.internal.type].sql;
  }

  async keywords(keywords: readonly Keyword[]): Promise<readonly PlannedKeyword[]> {
    const planned: PlannedKeyword[] = [];
    for (const keyword of keywords) planned.push(await this.keyword(keyword));
    return planned;
  }

  async keyword(keyword: Keyword): Promise<PlannedKeyword> {
    const target = await this.#followed(() => followKeyword(this.#catalog, this.#series, keyword));
    if (target === undefined) {
      const constant = missingValue(keyword.type);
      return { keyword, source: keyword, from: { constant }, nullValue: constant, reached: "never" };
    }
    const alias = this.joins.follow(target.steps);
    return { ...this.#value(target.member, alias), keyword, ...this.#reached(alias) };
  }

  /** The column with the values of a keyword; none where all records share one. */
  async column(keyword: Keyword): Promise<readonly Sql[]> {
    const target = await this.#followed(() => followKeyword(this.#catalog, this.#series, keyword));
    if (target?.member.column === undefined) return [];
    return [this.joins.column(this.joins.follow(target.steps), target.member.column)];
  }

  async segment(segment: Segment): Promise<PlannedSegment> {
    const target = await this.#followed(() => followSegment(this.#catalog, this.#series, segment));
    const source = target?.member ?? segment;
    const sourceSeries = target?.series ?? this.#series;
    const record = this.joins.follow(target?.steps ?? []);
    const owner =
      source.scope === "constant" ? this.joins.fixedRecord(sourceSeries, source.constantRecnum) : record;
    const place = (column: string, type: CopyType): number =>
      this.list.add(this.joins.column(owner, column), type);
    const implicit = (name: string): PlannedKeyword | undefined => {
      const keyword = findNamed(sourceSeries.keywords, name);
      return keyword === undefined || keyword.link !== undefined ? undefined : this.#value(keyword, owner);
    };
    const hasFile = target !== undefined;
    return {
      segment,
      source,
      sourceSeries,
      sunum: place("sunum", "int8"),
      slot: place("slotnum", "int4"),
      // The column of a way that does not exist is that of the series itself, which every series has.
      file: place(hasFile ? source.fileColumn : segment.fileColumn, "text"),
      axes: source.axes.map((constant, axis) => {
        const column = source.axisColumns[axis];
        return column === undefined ? { constant } : place(column, "int4");
      }),
      compression: implicit(`cparms_sg${String(source.number).padStart(3, "0")}`),
      bzero: implicit(`${source.name}_bzero`),
      bscale: implicit(`${source.name}_bscale`),
      ...(hasFile ? this.#reached(record) : { reached: "never" as const }),
    };
  }

  #value(source: Keyword, alias: string): PlannedKeyword {
    const standsFor = keywordDefault(source);
    if (source.column === undefined)
      return { keyword: source, source, from: { constant: standsFor }, nullValue: standsFor };
    const from = this.list.add(this.joins.column(alias, source.column), DRMS_TYPES[source.type].sql);
    return { keyword: source, source, from, nullValue: standsFor };
  }

  #reached(alias: string): { readonly reached?: number } {
    return alias === RECORD ? {} : { reached: this.list.add(this.joins.column(alias, "recnum"), "int8") };
  }

  async #followed<T>(follow: () => Promise<T>): Promise<T | undefined> {
    try {
      return await follow();
    } catch (error) {
      if (!isDasError(error, "BROKEN_LINK")) throw error;
      this.warnings.push(error.message);
      return undefined;
    }
  }
}
