import { sql } from "../database/sql.js";
import { functionObject, type SchemaObject } from "../schema/schema-object.js";
import { CHANGE_SCHEMA, PRUNE_FUNCTION } from "./change-names.js";

/**
 * Takes rows of changes away that are older than 30 days, or beyond the newest million, and gives how many. What a series has lost by that is
 * kept, so that who has not read it knows. Anybody may call it, for it does nothing else; two at once: one does nothing.
 *
 * It is no part of the trigger: transactions that see one snapshot could fail on rows that another has just taken away.
 */
export function pruneFunction(): SchemaObject {
  return functionObject("drms", CHANGE_SCHEMA, PRUNE_FUNCTION, [], PRUNE);
}

const PRUNE = sql`CREATE FUNCTION drms.heliostream_prune() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $body$
DECLARE
  oldest xid8;
  pruned bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('drms.heliostream_prune')) THEN RETURN 0; END IF;
  -- The last transaction that goes: the one before the newest million rows, or the last one of 30 days ago.
  SELECT greatest(
      (SELECT c.xid FROM drms.heliostream_changes c ORDER BY c.xid DESC, c.id DESC OFFSET 1000000 LIMIT 1),
      (SELECT c.xid FROM drms.heliostream_changes c WHERE c.at < now() - interval '30 days' ORDER BY c.xid DESC LIMIT 1))
    INTO oldest;
  IF oldest IS NULL THEN RETURN 0; END IF;
  UPDATE drms.heliostream_tracked t SET pruned = p.xid
    FROM (SELECT DISTINCT ON (c.series) c.series, c.xid FROM drms.heliostream_changes c WHERE c.xid <= oldest
      ORDER BY c.series, c.xid DESC) p
    WHERE p.series = t.series;
  DELETE FROM drms.heliostream_changes c WHERE c.xid <= oldest;
  GET DIAGNOSTICS pruned = ROW_COUNT;
  RETURN pruned;
END $body$`;
