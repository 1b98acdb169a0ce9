import { sql } from "../database/sql.js";
import { functionObject, type SchemaObject } from "../schema/schema-object.js";
import { CHANGE_SCHEMA, NOTE_FUNCTION } from "./change-names.js";

/**
 * The trigger that notes what a statement has changed, on whatever table has it: a row for each record, with the time and the prime
 * keys that its arguments name (first the column of the time, empty for none). A statement that changes more than 50,000 records leaves one row with the
 * range of their times: what follows is read anew in any case. Everybody who listens is told once a transaction.
 *
 * It is part of the statement: a change and its row are kept or lost together. It runs with the rights of who writes, for a column may
 * have a type, and so a cast, of its owner's making.
 */
export function noteFunction(): SchemaObject {
  return functionObject("drms", CHANGE_SCHEMA, NOTE_FUNCTION, [], NOTE);
}

const NOTE = sql`CREATE FUNCTION drms.heliostream_note() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog SET extra_float_digits = 1 AS $body$
DECLARE
  series text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
  kind text := lower(TG_OP);
  taken text := 't.recnum AS recnum, ';
  taking text;
  many bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO drms.heliostream_changes (series, kind, first, last) VALUES (series, kind, '-infinity', 'infinity');
    PERFORM pg_notify('heliostream_changes', series);
    RETURN NULL;
  END IF;
  taken := taken || CASE WHEN TG_ARGV[0] = '' THEN 'NULL::float8' ELSE format('t.%I', TG_ARGV[0]) END || ' AS time, ARRAY[';
  FOR n IN 1 .. TG_NARGS - 1 LOOP
    taken := taken || CASE WHEN n > 1 THEN ', ' ELSE '' END || format('t.%I::text', TG_ARGV[n]);
  END LOOP;
  taken := taken || ']::text[] AS keys';
  taking := CASE TG_OP
    WHEN 'INSERT' THEN format('SELECT %s FROM heliostream_new t', taken)
    WHEN 'DELETE' THEN format('SELECT %s FROM heliostream_old t', taken)
    ELSE format('SELECT %s FROM heliostream_old t UNION SELECT %s FROM heliostream_new t', taken, taken) END;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT 50001) AS seen',
    CASE TG_OP WHEN 'DELETE' THEN 'heliostream_old' ELSE 'heliostream_new' END) INTO many;
  IF many = 0 THEN RETURN NULL; END IF;
  IF many <= 50000 THEN
    EXECUTE 'INSERT INTO drms.heliostream_changes (series, kind, recnum, first, last, keys)
      SELECT $1, $2, recnum, time, time, keys FROM (' || taking || ') AS changed' USING series, kind;
  ELSE
    EXECUTE 'WITH changed AS (' || taking || ')
      INSERT INTO drms.heliostream_changes (series, kind, first, last)
      SELECT $1, $2, min(time), max(time) FROM changed HAVING count(time) > 0
      UNION ALL SELECT $1, $2, NULL, NULL WHERE EXISTS (SELECT FROM changed WHERE time IS NULL)' USING series, kind;
  END IF;
  PERFORM pg_notify('heliostream_changes', series);
  RETURN NULL;
END $body$`;
