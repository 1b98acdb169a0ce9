import { type Sql, sql } from "../database/sql.js";
import { functionObject, type SchemaObject } from "./schema-object.js";

/**
 * Functions that say where a linked keyword or segment leads to: one step, or all the way. One step is empty for what is not
 * linked, both are for what is not there; the way ends with an error after 20 links. Source: netdrms 2.7, 1.8.
 */
export function linkFunctions(): readonly SchemaObject[] {
  const types = ["text", "text"];
  return [
    functionObject("drms", "public", "drms_linkedkeyword", types, LINKED_KEYWORD),
    functionObject("drms", "public", "drms_followkeywordlink", types, FOLLOW_KEYWORD),
    functionObject("drms", "public", "drms_linkedsegment", types, LINKED_SEGMENT),
    functionObject("drms", "public", "drms_followsegmentlink", types, FOLLOW_SEGMENT),
  ];
}

/** The master row of the member `$2` of the series `$1`, and of the link it has, in the namespace of the series. */
const BEGIN = sql`LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
#variable_conflict use_column
DECLARE space text := lower(split_part($1, '.', 1));
BEGIN
  IF to_regclass(format('%I.drms_link', space)) IS NULL THEN RETURN; END IF;`;

const LINKED_KEYWORD = sql`CREATE FUNCTION public.drms_linkedkeyword(text, text)
  RETURNS TABLE (series text, keyword text) ${BEGIN}
  RETURN QUERY EXECUTE format('SELECT l.target_seriesname::text, m.targetkeyw::text
    FROM %1$I.drms_keyword m JOIN %1$I.drms_link l
      ON lower(l.seriesname) = lower(m.seriesname) AND lower(l.linkname) = lower(m.linkname)
    WHERE lower(m.seriesname) = lower($1) AND lower(m.keywordname) = lower($2) AND m.islink = 1', space)
    USING $1, $2;
END $body$`;

const LINKED_SEGMENT = sql`CREATE FUNCTION public.drms_linkedsegment(text, text)
  RETURNS TABLE (series text, segment text) ${BEGIN}
  RETURN QUERY EXECUTE format('SELECT l.target_seriesname::text, m.targetseg::text
    FROM %1$I.drms_segment m JOIN %1$I.drms_link l
      ON lower(l.seriesname) = lower(m.seriesname) AND lower(l.linkname) = lower(m.linkname)
    WHERE lower(m.seriesname) = lower($1) AND lower(m.segmentname) = lower($2) AND m.islink = 1', space)
    USING $1, $2;
END $body$`;

/** Follows to what is not linked any more; `$1` and `$2` are what it has come to. */
function follow(next: Sql, last: Sql): Sql {
  return sql`LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
#variable_conflict use_column
DECLARE
  here_series text := $1;
  here_member text := $2;
  next_series text;
  next_member text;
  space text;
BEGIN
  FOR step IN 0..20 LOOP
    SELECT n.s, n.m INTO next_series, next_member FROM ${next}(here_series, here_member) AS n(s, m);
    IF NOT FOUND THEN
      space := lower(split_part(here_series, '.', 1));
      IF to_regclass(format('%I.drms_series', space)) IS NULL THEN RETURN; END IF;
      RETURN QUERY EXECUTE format(${last}, space) USING here_series, here_member;
      RETURN;
    END IF;
    here_series := next_series;
    here_member := next_member;
  END LOOP;
  RAISE EXCEPTION 'more than 20 links from % of %', $2, $1;
END $body$`;
}

const FOLLOW_KEYWORD = sql`CREATE FUNCTION public.drms_followkeywordlink(text, text)
  RETURNS TABLE (seriesname text, keywordname text, type text, defaultval text, format text, unit text,
    isconstant int4, persegment int4, description text) ${follow(
      sql`public.drms_linkedkeyword`,
      sql`'SELECT m.seriesname::text, m.keywordname::text, m.type::text, m.defaultval::text, m.format::text, m.unit::text,
        m.isconstant, m.persegment, m.description::text FROM %I.drms_keyword m
        WHERE lower(m.seriesname) = lower($1) AND lower(m.keywordname) = lower($2)'`,
    )}`;

const FOLLOW_SEGMENT = sql`CREATE FUNCTION public.drms_followsegmentlink(text, text)
  RETURNS TABLE (seriesname text, segmentname text, segnum int4, scope text, type text, naxis int4, axis text,
    unit text, protocol text, description text) ${follow(
      sql`public.drms_linkedsegment`,
      sql`'SELECT m.seriesname::text, m.segmentname::text, m.segnum, m.scope::text, m.type::text, m.naxis, m.axis::text,
        m.unit::text, m.protocol::text, m.description::text FROM %I.drms_segment m
        WHERE lower(m.seriesname) = lower($1) AND lower(m.segmentname) = lower($2)'`,
    )}`;
