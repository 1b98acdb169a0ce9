import { sql } from "../database/sql.js";
import {
  ADDRESS_DOMAINS,
  ADDRESSES,
  EXPORT_SCHEMA,
  REQUEST_DAYS,
  REQUESTS,
  USER_INFO,
} from "./request-tables.js";
import {
  EVERYBODY,
  grantObject,
  indexObject,
  relationObject,
  type SchemaObject,
  schemaObject,
} from "./schema-object.js";

/**
 * What export requests need of the database of the records: who may ask, the requests, and the numbers of their ids. Nobody but the
 * given roles sees them, since they hold addresses of people. Source: export B6, B9.
 *
 * @param roles of servers and workers: they read and write all of it
 */
export function requestObjects(roles: readonly string[]): readonly SchemaObject[] {
  const tables = [USER_INFO, ADDRESSES, ADDRESS_DOMAINS, REQUESTS, REQUEST_DAYS];
  return [
    schemaObject("drms", EXPORT_SCHEMA),
    grantObject("drms", ["USAGE"], "SCHEMA", [EXPORT_SCHEMA], EVERYBODY),
    relationObject(
      "drms",
      EXPORT_SCHEMA,
      USER_INFO,
      sql`CREATE TABLE jsoc.export_user_info (
  address text PRIMARY KEY, id serial NOT NULL, name text, snail_address text)`,
    ),
    relationObject(
      "drms",
      EXPORT_SCHEMA,
      ADDRESS_DOMAINS,
      sql`CREATE TABLE jsoc.export_addressdomains (domainid serial PRIMARY KEY, domainname text NOT NULL UNIQUE)`,
    ),
    relationObject(
      "drms",
      EXPORT_SCHEMA,
      ADDRESSES,
      sql`CREATE TABLE jsoc.export_addresses (
  localname text NOT NULL, domainid int4 NOT NULL, confirmation text, starttime timestamptz,
  PRIMARY KEY (localname, domainid))`,
    ),
    relationObject(
      "drms",
      EXPORT_SCHEMA,
      REQUESTS,
      // `lease` and `runner`: who works on it and until when nobody else may; `size_mb`: what was asked for, `bytes`: what was made.
      sql`CREATE TABLE jsoc.heliostream_exports (
  requestid text PRIMARY KEY, kind text NOT NULL, status int4 NOT NULL, test bool NOT NULL,
  dataset text NOT NULL, records int4 NOT NULL, processing text NOT NULL, protocol text NOT NULL,
  filenamefmt text NOT NULL, method text NOT NULL,
  address text NOT NULL, requester text NOT NULL, client text NOT NULL, md5 text NOT NULL,
  rcount int8 NOT NULL, size_mb int8 NOT NULL,
  accepted timestamptz NOT NULL DEFAULT clock_timestamp(), not_before timestamptz, started timestamptz,
  finished timestamptz, expires timestamptz, runner text, lease timestamptz, attempts int4 NOT NULL DEFAULT 0,
  stage text NOT NULL DEFAULT 'waiting', records_done int8 NOT NULL DEFAULT 0, bytes_done int8 NOT NULL DEFAULT 0,
  failures int8 NOT NULL DEFAULT 0, bytes int8 NOT NULL DEFAULT 0, errmsg text)`,
    ),
    relationObject(
      "drms",
      EXPORT_SCHEMA,
      REQUEST_DAYS,
      sql`CREATE TABLE jsoc.heliostream_export_days (day text PRIMARY KEY, last int4 NOT NULL)`,
    ),
    indexObject(
      "drms",
      EXPORT_SCHEMA,
      REQUESTS,
      ["status", "accepted"],
      sql`CREATE INDEX ON jsoc.heliostream_exports (status, accepted)`,
    ),
    indexObject(
      "drms",
      EXPORT_SCHEMA,
      REQUESTS,
      ["md5", "accepted"],
      sql`CREATE INDEX ON jsoc.heliostream_exports (md5, accepted)`,
    ),
    indexObject(
      "drms",
      EXPORT_SCHEMA,
      REQUESTS,
      ["address", "started"],
      sql`CREATE INDEX ON jsoc.heliostream_exports (address, started)`,
    ),
    ...roles.flatMap((role) => [
      ...tables.map((table) =>
        grantObject("drms", ["SELECT", "INSERT", "UPDATE", "DELETE"], "TABLE", [EXPORT_SCHEMA, table], role),
      ),
      ...["export_user_info_id_seq", "export_addressdomains_domainid_seq"].map((sequence) =>
        grantObject("drms", ["USAGE"], "SEQUENCE", [EXPORT_SCHEMA, sequence], role),
      ),
    ]),
  ];
}
