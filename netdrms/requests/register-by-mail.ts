import type { Database } from "../database/database.js";
import { param, sql } from "../database/sql.js";
import { ADDRESS_DOMAINS, ADDRESSES, exportTable } from "../schema/request-tables.js";
import { type MailAddress, registerAddress } from "./addresses.js";

/** What became of the wish to register an address. */
export type RegistrationBegin =
  /** The code is kept: it is to be sent. */
  | "begun"
  /** One was sent not long ago. */
  | "pending"
  /** Too many are on their way: whoever is behind that gets no more mails sent. */
  | "too many";

/** A code is good for so long, and so long no other is sent, hours. */
const PENDING_HOURS = 24;
/** Mails of one hour. */
const MOST_AN_HOUR = 50;

/**
 * Keeps the code by which an address that is not registered is confirmed. Errors: those of {@link Database}. Source: export B6.
 * @param code a secret of its own for each address
 */
export async function beginRegistration(
  database: Database,
  { local, domain }: MailAddress,
  code: string,
): Promise<RegistrationBegin> {
  const [recent] = await database.query(sql`SELECT count(*)::int4 AS count FROM ${exportTable(ADDRESSES)}
    WHERE confirmation <> '' AND starttime > clock_timestamp() - interval '1 hour'`);
  if (Number(recent?.count) >= MOST_AN_HOUR) return "too many";
  await database.query(sql`INSERT INTO ${exportTable(ADDRESS_DOMAINS)} (domainname)
    VALUES (${param(domain, "text")}) ON CONFLICT DO NOTHING`);
  const kept = await database.query(sql`
    INSERT INTO ${exportTable(ADDRESSES)} AS a (localname, domainid, confirmation, starttime)
    SELECT ${param(local, "text")}, domainid, ${param(code, "text")}, clock_timestamp() FROM ${exportTable(ADDRESS_DOMAINS)}
     WHERE lower(domainname) = ${param(domain, "text")} LIMIT 1
    ON CONFLICT (localname, domainid) DO UPDATE SET confirmation = excluded.confirmation, starttime = excluded.starttime
     WHERE a.confirmation <> '' AND a.starttime < clock_timestamp() - ${param(PENDING_HOURS, "int4")} * interval '1 hour'
    RETURNING a.localname`);
  return kept.length === 0 ? "pending" : "begun";
}

/** Registers an address whose code is the one that was sent; whether it was. Errors: those of {@link Database}. Source: export B6. */
export async function confirmRegistration(
  database: Database,
  address: MailAddress,
  code: string,
): Promise<boolean> {
  const confirmed = await database.query(sql`UPDATE ${exportTable(ADDRESSES)} a SET confirmation = ''
    FROM ${exportTable(ADDRESS_DOMAINS)} d
    WHERE d.domainid = a.domainid AND lower(a.localname) = ${param(address.local, "text")}
      AND lower(d.domainname) = ${param(address.domain, "text")}
      AND a.confirmation <> '' AND a.confirmation = ${param(code, "text")}
      AND a.starttime > clock_timestamp() - ${param(PENDING_HOURS, "int4")} * interval '1 hour'
    RETURNING a.localname`);
  if (confirmed.length === 0) return false;
  await registerAddress(database, address);
  return true;
}
