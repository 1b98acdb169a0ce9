import { name, type Sql } from "../database/sql.js";

/** The schema of export requests: that in which the original keeps its own, beside which ours stand. Source: export B6, B9. */
export const EXPORT_SCHEMA = "jsoc";

/** A row for each request, from its acceptance until long after its files are gone. */
export const REQUESTS = "heliostream_exports";
/** The last number that was given on each day. */
export const REQUEST_DAYS = "heliostream_export_days";

/** Who may ask for exports: tables of the original software. Source: export B6. */
export const USER_INFO = "export_user_info";
export const ADDRESSES = "export_addresses";
export const ADDRESS_DOMAINS = "export_addressdomains";

/** One of these tables in a statement. */
export function exportTable(table: string): Sql {
  return name(EXPORT_SCHEMA, table);
}
