import type { CopyType } from "../database/database.js";
import { joinSql, type Sql, sql } from "../database/sql.js";

/** The select list of a statement that is read by COPY; an expression that is asked for twice is read once. */
export class SelectList {
  readonly #expressions: Sql[] = [];
  readonly #types: CopyType[] = [];
  readonly #places = new Map<string, number>();

  /** Place of the expression in each row. It is cast, so that its bytes are those of the type whatever the column's own is. */
  add(expression: Sql, type: CopyType): number {
    const key = `${expression.parts.join("")} ${type}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#types.length);
    this.#expressions.push(cast(expression, type));
    return this.#types.push(type) - 1;
  }

  get sql(): Sql {
    return joinSql(this.#expressions, ", ");
  }

  get types(): readonly CopyType[] {
    return this.#types;
  }
}

function cast(expression: Sql, type: CopyType): Sql {
  switch (type) {
    case "int2":
      return sql`${expression}::int2`;
    case "int4":
      return sql`${expression}::int4`;
    case "int8":
      return sql`${expression}::int8`;
    case "float4":
      return sql`${expression}::float4`;
    case "float8":
      return sql`${expression}::float8`;
    case "text":
      return sql`${expression}::text`;
    case "bool":
      return sql`${expression}::bool`;
    default:
      return type satisfies never;
  }
}
