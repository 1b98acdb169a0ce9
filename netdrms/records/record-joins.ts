import { EMPTY_SQL, joinSql, name, param, type Sql, sql } from "../database/sql.js";
import type { LinkStep } from "../series/link-target.js";
import type { Series } from "../series/model.js";

/** Alias of the records that were selected. */
export const RECORD = "r";

/**
 * The tables from which the values of records come: the selected records, and a LEFT JOIN for each link on the way to a linked
 * keyword or segment, so that one statement reads all there is to a record set. Ways that begin alike share their joins.
 * Source: netdrms 1.8.
 */
export class RecordJoins {
  readonly #ofRecord = new Set<string>();
  readonly #aliases = new Map<string, string>();
  readonly #joins: Sql[] = [];

  /** Alias of the record to which the links lead: {@link RECORD} where there are none. */
  follow(steps: readonly LinkStep[]): string {
    let alias = RECORD;
    let way = "";
    for (const step of steps) {
      way += `.${step.link.name.toLowerCase()}`;
      const from = alias;
      alias = this.#alias(way, (fresh) => this.#linkJoin(from, fresh, step));
    }
    return alias;
  }

  /** Alias of one record of a series, the owner of a constant segment. */
  fixedRecord(series: Series, recnum: bigint): string {
    const way = `${series.namespace}.${series.table}#${recnum}`;
    return this.#alias(
      way,
      (fresh) =>
        sql`LEFT JOIN ${tableOf(series)} AS ${name(fresh)} ON ${this.column(fresh, "recnum")} = ${param(recnum, "int8")}`,
    );
  }

  /** A column of the record of an alias. */
  column(alias: string, column: string): Sql {
    if (alias === RECORD) this.#ofRecord.add(column);
    return name(alias, column);
  }

  /** Columns of the series' own table that are asked for. */
  get recordColumns(): readonly string[] {
    return [...this.#ofRecord];
  }

  /** The joins behind `FROM (…) AS r`. */
  get joins(): Sql {
    return this.#joins.length === 0 ? EMPTY_SQL : sql` ${joinSql(this.#joins, " ")}`;
  }

  #alias(way: string, join: (alias: string) => Sql): string {
    const known = this.#aliases.get(way);
    if (known !== undefined) return known;
    const alias = `l${this.#aliases.size + 1}`;
    this.#aliases.set(way, alias);
    this.#joins.push(join(alias));
    return alias;
  }

  #linkJoin(from: string, to: string, { link, to: target }: LinkStep): Sql {
    if (link.kind === "static")
      return sql`LEFT JOIN ${tableOf(target)} AS ${name(to)} ON ${this.column(to, "recnum")} = ${this.column(from, link.column)}`;
    // Without keys there is nothing by which a target could be found.
    const found =
      link.keys.length === 0
        ? sql`FALSE`
        : joinSql(
            [
              sql`${this.column(from, link.setColumn)} <> 0`,
              ...link.keys.map((key) => sql`${name("t", key.target)} = ${this.column(from, key.column)}`),
            ],
            " AND ",
          );
    // The newest version of the target: one look into the index of its keys for each record. The sum keeps the planner from walking
    // the index of recnum backwards instead, which is slow where the newest records are of other keys.
    return sql`LEFT JOIN LATERAL (SELECT ${name("t")}.* FROM ${tableOf(target)} AS t WHERE ${found} ORDER BY ${name("t", "recnum")} + 0 DESC LIMIT 1) AS ${name(to)} ON TRUE`;
  }
}

function tableOf(series: Series): Sql {
  return name(series.namespace, series.table);
}
