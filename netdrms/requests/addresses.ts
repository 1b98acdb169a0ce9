import { DasError } from "../../errors/das-error.js";
import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { ADDRESS_DOMAINS, ADDRESSES, exportTable, USER_INFO } from "../schema/request-tables.js";
import { numberField, textField } from "../sums/row-fields.js";

/** What is known of an address. Source: export B6. */
export type AddressState =
  | { readonly state: "registered"; readonly userId: number }
  /** A mail was sent to it, which was not answered yet. */
  | { readonly state: "pending" }
  | { readonly state: "unknown" };

/** An address in its parts, in the spelling in which addresses are compared. */
export interface MailAddress {
  /** The whole of it, lower case. */
  readonly text: string;
  readonly local: string;
  readonly domain: string;
}

const MAX_ADDRESS = 254;

/** Reads an address; `undefined` for what is none. Source: export B6. */
export function readAddress(text: string): MailAddress | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.length > MAX_ADDRESS) return undefined;
  const found = /^([a-z0-9._%+-]+)@([a-z0-9.-]+\.[a-z]{2,24})$/.exec(trimmed);
  return found === null ? undefined : { text: trimmed, local: found[1]!, domain: found[2]! };
}

/**
 * Whether an address may ask for exports: a row of it without a confirmation that is still open, or one among the users.
 * Errors: those of {@link Database}. Source: export B6.
 */
export async function addressState(database: Database, address: MailAddress): Promise<AddressState> {
  const [user] = await database.query(sql`SELECT coalesce(id, 0)::int4 AS id FROM ${exportTable(USER_INFO)}
    WHERE lower(address) = ${param(address.text, "text")} ORDER BY id LIMIT 1`);
  const [row] = await database.query(sql`SELECT coalesce(a.confirmation, '') AS confirmation
    FROM ${exportTable(ADDRESSES)} a JOIN ${exportTable(ADDRESS_DOMAINS)} d ON d.domainid = a.domainid
    WHERE lower(a.localname) = ${param(address.local, "text")} AND lower(d.domainname) = ${param(address.domain, "text")}
    ORDER BY (coalesce(a.confirmation, '') <> '') LIMIT 1`);
  if (row !== undefined && textField(row, "confirmation") !== "") return { state: "pending" };
  if (row === undefined && user === undefined) return { state: "unknown" };
  return { state: "registered", userId: user === undefined ? -1 : numberField(user, "id") };
}

/** Registers an address; one that is registered stays as it is. Errors: those of {@link Database}. */
export async function registerAddress(database: Database, address: MailAddress): Promise<void> {
  await database.query(sql`INSERT INTO ${exportTable(ADDRESS_DOMAINS)} (domainname)
    VALUES (${param(address.domain, "text")}) ON CONFLICT DO NOTHING`);
  await database.query(sql`INSERT INTO ${exportTable(ADDRESSES)} (localname, domainid, confirmation, starttime)
    SELECT ${param(address.local, "text")}, domainid, '', clock_timestamp() FROM ${exportTable(ADDRESS_DOMAINS)}
     WHERE lower(domainname) = ${param(address.domain, "text")}
    ON CONFLICT (localname, domainid) DO UPDATE SET confirmation = ''`);
  await database.query(sql`INSERT INTO ${exportTable(USER_INFO)} (address) VALUES (${param(address.text, "text")})
    ON CONFLICT DO NOTHING`);
}

/** Takes an address out; whether it was there. Errors: those of {@link Database}. */
export async function removeAddress(database: Database, address: MailAddress): Promise<boolean> {
  const users = await database.query(sql`DELETE FROM ${exportTable(USER_INFO)}
    WHERE lower(address) = ${param(address.text, "text")} RETURNING address`);
  const rows =
    await database.query(sql`DELETE FROM ${exportTable(ADDRESSES)} a USING ${exportTable(ADDRESS_DOMAINS)} d
    WHERE d.domainid = a.domainid AND lower(a.localname) = ${param(address.local, "text")}
      AND lower(d.domainname) = ${param(address.domain, "text")} RETURNING a.localname`);
  return users.length + rows.length > 0;
}

/** Reads an address of a command line. Errors: USAGE. */
export function givenAddress(text: string): MailAddress {
  const address = readAddress(text);
  if (address === undefined)
    throw new DasError("USAGE", `address ${JSON.stringify(text.slice(0, 60))}, expected name@host.domain`);
  return address;
}
