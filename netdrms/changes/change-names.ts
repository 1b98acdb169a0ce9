import { name, type Sql } from "../database/sql.js";

/** The schema of our tables: one that every site has. Source: netdrms 2.2. */
export const CHANGE_SCHEMA = "drms";

/** Rows of what has changed. */
export const CHANGES = "heliostream_changes";
/** Series whose changes are noted. */
export const TRACKED = "heliostream_tracked";
/** The trigger function. */
export const NOTE_FUNCTION = "heliostream_note";
/** Takes old rows away. */
export const PRUNE_FUNCTION = "heliostream_prune";

/** Where it is told that there are new rows; the payload is the name of the series. */
export const CHANGE_CHANNEL = "heliostream_changes";

/** Events of a table, with the trigger for each: one of several events could not see the rows. */
export const TRIGGERS = {
  INSERT: "heliostream_insert",
  UPDATE: "heliostream_update",
  DELETE: "heliostream_delete",
  TRUNCATE: "heliostream_truncate",
} as const;

/** One of our objects in a statement. */
export function ours(object: string): Sql {
  return name(CHANGE_SCHEMA, object);
}
