import { sql } from "../database/sql.js";
import { EVERYBODY, grantObject, relationObject, type SchemaObject, schemaObject } from "./schema-object.js";

/** The schemas that every site has: `admin`, who has which namespace, and `drms`, functions and versions. Source: netdrms 2.2. */
export function globalSchemaObjects(): readonly SchemaObject[] {
  return [
    schemaObject("drms", "admin"),
    grantObject("drms", ["USAGE"], "SCHEMA", ["admin"], EVERYBODY),
    relationObject(
      "drms",
      "admin",
      "ns",
      sql`CREATE TABLE admin.ns (name text NOT NULL, nsgroup text NOT NULL, owner text NOT NULL)`,
    ),
    relationObject(
      "drms",
      "admin",
      "sessionns",
      sql`CREATE TABLE admin.sessionns (username text NOT NULL, sessionns text NOT NULL)`,
    ),
    grantObject("drms", ["SELECT"], "TABLE", ["admin", "ns"], EVERYBODY),
    grantObject("drms", ["SELECT"], "TABLE", ["admin", "sessionns"], EVERYBODY),
    schemaObject("drms", "drms"),
    grantObject("drms", ["USAGE"], "SCHEMA", ["drms"], EVERYBODY),
    relationObject(
      "drms",
      "drms",
      "minvers",
      sql`CREATE TABLE drms.minvers (minversion text NOT NULL DEFAULT '1.0')`,
    ),
    grantObject("drms", ["SELECT"], "TABLE", ["drms", "minvers"], EVERYBODY),
  ];
}
