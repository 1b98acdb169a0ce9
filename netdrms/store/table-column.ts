import type { DrmsType } from "../values/drms-type.js";

/** Values of one column of a series table for some records, as text of the database. */
export interface TableColumn {
  /** Lower case. */
  readonly name: string;
  /** The type of its values; `longlong` for numbers of records and units. */
  readonly type: DrmsType;
  /** One a record; `undefined` is NULL. Only a `string` may be empty. */
  readonly values: readonly (string | undefined)[];
}
