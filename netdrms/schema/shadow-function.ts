import { sql } from "../database/sql.js";
import { functionObject, type SchemaObject } from "./schema-object.js";

/**
 * The trigger that keeps a shadow table. It works on whatever table has it: the keys are all columns of the shadow table but
 * `nrecords` and `recnum`. Without a shadow table it does nothing. It runs with the rights of who writes: those who may
 * write the series may write its shadow too.
 *
 * A key of NULL is a key (RULE of netdrms 2.5), but no index serves `IS NOT DISTINCT FROM`: the condition is written for the values
 * of the row. Of an inserted row the largest record number of its key is known without a look at the series.
 * Source: netdrms 2.5, 2.7.
 */
export function shadowFunction(): SchemaObject {
  return functionObject("drms", "public", "updateshadow", [], UPDATE_SHADOW);
}

const UPDATE_SHADOW = sql`CREATE FUNCTION public.updateshadow() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  shadow regclass := to_regclass(format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME || '_shadow'));
  changed record;
  keys text[];
  nulls boolean[];
  same text;
  latest bigint;
  affected bigint;
BEGIN
  IF shadow IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
  keys := ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = shadow AND attnum > 0 AND NOT attisdropped
    AND attname NOT IN ('nrecords', 'recnum') ORDER BY attnum);
  EXECUTE 'SELECT ARRAY[' || (SELECT string_agg(format('($1).%I IS NULL', k), ', ') FROM unnest(keys) AS k) || ']'
    INTO nulls USING changed;
  same := (SELECT string_agg(CASE WHEN n THEN format('t.%I IS NULL', k) ELSE format('t.%I = ($1).%I', k, k) END, ' AND ')
    FROM unnest(keys, nulls) AS u(k, n));
  IF TG_OP = 'DELETE' THEN
    EXECUTE format('SELECT max(t.recnum) FROM %I.%I t WHERE %s', TG_TABLE_SCHEMA, TG_TABLE_NAME, same)
      INTO latest USING changed;
    IF latest IS NULL THEN
      EXECUTE format('DELETE FROM %s t WHERE %s', shadow, same) USING changed;
    ELSE
      EXECUTE format('UPDATE %s t SET nrecords = t.nrecords - 1, recnum = $2 WHERE %s', shadow, same)
        USING changed, latest;
    END IF;
    RETURN NULL;
  END IF;
  LOOP
    EXECUTE format('UPDATE %s t SET nrecords = t.nrecords + 1, recnum = GREATEST(t.recnum, ($1).recnum) WHERE %s',
      shadow, same) USING changed;
    GET DIAGNOSTICS affected = ROW_COUNT;
    EXIT WHEN affected > 0;
    EXECUTE format('INSERT INTO %s (%s, nrecords, recnum) SELECT %s, 1, ($1).recnum ON CONFLICT DO NOTHING', shadow,
      (SELECT string_agg(format('%I', k), ', ') FROM unnest(keys) AS k),
      (SELECT string_agg(format('($1).%I', k), ', ') FROM unnest(keys) AS k)) USING changed;
    GET DIAGNOSTICS affected = ROW_COUNT;
    EXIT WHEN affected > 0; -- else another transaction has just made it
  END LOOP;
  RETURN NULL;
END $body$`;
