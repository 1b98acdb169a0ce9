import { type Sql, sql } from "../database/sql.js";
import { functionObject, type SchemaObject } from "./schema-object.js";

/**
 * Functions that give all rows of a master table of all namespaces, in the order of their names. Rows go through JSON, by the
 * names of their columns: tables of older namespaces have fewer, or have them in another order. Source: netdrms 2.7.
 */
export function catalogFunctions(): readonly SchemaObject[] {
  return [
    functionObject("drms", "public", "drms_series", [], SERIES),
    functionObject("drms", "public", "drms_keyword", [], KEYWORD),
    functionObject("drms", "public", "drms_link", [], LINK),
    functionObject("drms", "public", "drms_segment", [], SEGMENT),
    functionObject("drms", "public", "drms_session", [], SESSION),
    functionObject("drms", "public", "drms_replicated", [], REPLICATED),
  ];
}

/**
 * Asks each namespace that has the table and that the user may read. The search path is fixed, so that no schema of the user's can
 * change what the names mean.
 */
const BEGIN = sql`LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
#variable_conflict use_column
DECLARE space text;
BEGIN
  FOR space IN SELECT s.nspname FROM admin.ns a JOIN pg_namespace s ON s.nspname = lower(a.name)
    WHERE has_schema_privilege(s.oid, 'USAGE') ORDER BY s.nspname
  LOOP
    CONTINUE WHEN `;

const SERIES = sql`CREATE FUNCTION public.drms_series() RETURNS TABLE (seriesname text, author text, owner text,
  unitsize int4, archive int4, retention int4, tapegroup int4, primary_idx text, created text, description text,
  dbidx text, version text) ${BEGIN}to_regclass(format('%I.drms_series', space)) IS NULL;
    RETURN QUERY EXECUTE format('SELECT r.* FROM %I.drms_series t, jsonb_to_record(to_jsonb(t)) AS r(seriesname text,
      author text, owner text, unitsize int4, archive int4, retention int4, tapegroup int4, primary_idx text,
      created text, description text, dbidx text, version text)', space);
  END LOOP;
END $body$`;

const KEYWORD = sql`CREATE FUNCTION public.drms_keyword() RETURNS TABLE (seriesname text, keywordname text,
  linkname text, targetkeyw text, type text, defaultval text, format text, unit text, islink int4, isconstant int4,
  persegment int4, description text) ${BEGIN}to_regclass(format('%I.drms_keyword', space)) IS NULL;
    RETURN QUERY EXECUTE format('SELECT r.* FROM %I.drms_keyword t, jsonb_to_record(to_jsonb(t)) AS r(seriesname text,
      keywordname text, linkname text, targetkeyw text, type text, defaultval text, format text, unit text,
      islink int4, isconstant int4, persegment int4, description text)', space);
  END LOOP;
END $body$`;

const LINK = sql`CREATE FUNCTION public.drms_link() RETURNS TABLE (seriesname text, linkname text,
  target_seriesname text, type text, description text) ${BEGIN}to_regclass(format('%I.drms_link', space)) IS NULL;
    RETURN QUERY EXECUTE format('SELECT r.* FROM %I.drms_link t, jsonb_to_record(to_jsonb(t)) AS r(seriesname text,
      linkname text, target_seriesname text, type text, description text)', space);
  END LOOP;
END $body$`;

const SEGMENT = sql`CREATE FUNCTION public.drms_segment() RETURNS TABLE (seriesname text, segmentname text,
  segnum int4, scope text, type text, naxis int4, axis text, unit text, protocol text, description text, islink int4,
  linkname text, targetseg text, cseg_recnum bigint) ${BEGIN}to_regclass(format('%I.drms_segment', space)) IS NULL;
    RETURN QUERY EXECUTE format('SELECT r.* FROM %I.drms_segment t, jsonb_to_record(to_jsonb(t)) AS r(seriesname text,
      segmentname text, segnum int4, scope text, type text, naxis int4, axis text, unit text, protocol text,
      description text, islink int4, linkname text, targetseg text, cseg_recnum bigint)', space);
  END LOOP;
END $body$`;

/** The user's name carries the namespace, since numbers of sessions are only unique inside one. */
const SESSION = sql`CREATE FUNCTION public.drms_session() RETURNS TABLE (sessionid int8, hostname text, port int4,
  pid int4, sunum int8, sudir text, username text, starttime text, lastcontact text, endtime text, clients int4,
  status text, sums_thread_status text, jsoc_version text) ${BEGIN}to_regclass(format('%I.drms_session', space)) IS NULL;
    RETURN QUERY EXECUTE format('SELECT r.sessionid, r.hostname, r.port, r.pid, r.sunum, r.sudir,
      r.username || %L, r.starttime, r.lastcontact, r.endtime, r.clients, r.status, r.sums_thread_status,
      r.jsoc_version FROM %I.drms_session t, jsonb_to_record(to_jsonb(t)) AS r(sessionid int8, hostname text,
      port int4, pid int4, sunum int8, sudir text, username text, starttime text, lastcontact text, endtime text,
      clients int4, status text, sums_thread_status text, jsoc_version text)', '(' || space || ')', space);
  END LOOP;
END $body$`;

/** What Slony replicates, of every cluster that has its catalogue here. */
const REPLICATED: Sql = sql`CREATE FUNCTION public.drms_replicated() RETURNS TABLE (tab_id int8, tab_relname text,
  tab_nspname text, tab_set int8, tab_idxname text, tab_comment text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
#variable_conflict use_column
DECLARE space text;
BEGIN
  FOR space IN SELECT s.nspname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
    WHERE c.relname = 'sl_table' AND c.relkind = 'r' AND has_schema_privilege(s.oid, 'USAGE')
      AND has_table_privilege(c.oid, 'SELECT') ORDER BY s.nspname
  LOOP
    RETURN QUERY EXECUTE format('SELECT t.tab_id::int8, t.tab_relname::text, t.tab_nspname::text, t.tab_set::int8,
      t.tab_idxname::text, t.tab_comment::text FROM %I.sl_table t', space);
  END LOOP;
END $body$`;
