import { withClient } from "../../support/test-databases.js";

/** What the catalogue of a database knows of some schemas, as sorted lines that tell objects apart. */
export async function catalogOf(url: string, schemas: readonly string[]): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const lines: string[] = [];
    for (const [what, sql] of Object.entries(QUESTIONS)) {
      const { rows } = await client.query<{ line: string }>(sql, [schemas]);
      lines.push(...rows.map(({ line }) => `${what} ${line}`));
    }
    return lines.sort();
  });
}

/** Each gives one column, `line`, of what is in the schemas `$1`. */
const QUESTIONS: Readonly<Record<string, string>> = {
  column: `SELECT format('%s.%s %s %s null:%s default:%s', table_schema, table_name, column_name, data_type || coalesce('(' || character_maximum_length || ')', ''),
      is_nullable, column_default) AS line FROM information_schema.columns WHERE table_schema = ANY($1)`,
  constraint: `SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(c.oid)) AS line
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = ANY($1) AND contype <> 'n'`,
  index: `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = ANY($1)`,
  sequence: `SELECT format('%s.%s %s %s %s %s', schemaname, sequencename, start_value, min_value, max_value, cache_size) AS line
    FROM pg_sequences WHERE schemaname = ANY($1)`,
  privilege: `SELECT format('%s.%s %s %s', n.nspname, c.relname, coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), a.privilege_type) AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
    WHERE n.nspname = ANY($1) AND a.grantee <> c.relowner`,
  function: `SELECT format('%s %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid))) AS line
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY($1)`,
  trigger: `SELECT pg_get_triggerdef(t.oid) AS line FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY($1) AND NOT tgisinternal`,
};

/** All rows of tables as sorted lines. */
export async function rowsOf(url: string, tables: readonly string[]): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const lines: string[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{ line: string }>(
        `SELECT to_jsonb(t)::text AS line FROM ${table} t`,
      );
      lines.push(...rows.map(({ line }) => `${table} ${line}`));
    }
    return lines.sort();
  });
}
