import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import { selectionSql } from "../../../netdrms/query/selection-sql.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { runSql } from "../../support/worked-archive.js";
import { PLAIN, tableSql } from "./made-series.js";
import { tree } from "./reading.js";

/** Rows with what is special of every type. */
const ROWS = `
INSERT INTO su_ex.plain (recnum, name, count, size, when_, big, note, area, small)
SELECT n, (ARRAY['a','B','abc','it''s','',NULL,'10%','a_b'])[1 + n % 8], (ARRAY[0,1,-1,7,NULL,100])[1 + n % 6],
  (ARRAY[0.1,0.5,-2.25,'NaN',NULL,1e30,3]::float4[])[1 + n % 7], 1051747200 + n, (ARRAY[0,1,-5,2147483648,9007199254740993,NULL])[1 + n / 2 % 6],
  (ARRAY['x','a',NULL,'Abc'])[1 + n / 3 % 4], (ARRAY[0.1,2.5,-0.5,'Infinity',NULL,1e-300]::float8[])[1 + n / 5 % 6], (n % 5 - 2)::int2
FROM generate_series(1, 60) AS n;`;

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("filters and PostgreSQL"), () => {
  let database: TestDatabase;
  let pool: ConnectionPool;
  let client: pg.Client;
  beforeAll(async () => {
    database = await testDatabase({ setup: (url) => runSql(url, tableSql(PLAIN) + ROWS) });
    pool = connectionPool({ url: database.url, maxConnections: 1 });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await pool.close();
    await database.drop();
  });

  /** The records for which PostgreSQL itself finds the text true, or the class of its error. */
  async function plainly(text: string): Promise<string> {
    try {
      const { rows } = await client.query<{ recnum: string }>(
        `SELECT recnum FROM su_ex.plain WHERE (${text}) ORDER BY recnum`,
      );
      return rows.map(({ recnum }) => recnum).join(" ");
    } catch (error) {
      const { code = "" } = error as { code?: string }; // every error of the database has one
      return `error ${code.slice(0, 2)}`;
    }
  }

  /** The records that a filter selects; BAD_QUERY before it is run counts as an error of class 42, afterwards as 22. */
  async function selected(text: string): Promise<string> {
    let phase = "42";
    try {
      const selection = planSelection(tree(`su_ex.plain[! ${text} !]`));
      phase = "22";
      const rows = await inTransaction(pool, { access: "read", statementTimeoutMs: 5000 }, (db) =>
        db.query(selectionSql(selection, ["recnum"])),
      );
      return rows
        .map(({ recnum }) => recnum as bigint)
        .sort((a, b) => Number(a - b))
        .join(" ");
    } catch (error) {
      expect(error).toMatchObject({ code: "BAD_QUERY" });
      return `error ${phase}`;
    }
  }

  it.each([
    "size = 0.1",
    "size = 0.5",
    "size = '0.1'",
    "size = cast(0.1 as real)",
    "size in (0.1, 0.5)",
    "size in (0.1)",
    "size between 0.1 and 0.5",
    "size * 10 = 1",
    "size > 'NaN' or area >= 'Infinity'",
    "area = 0.1 or area * 10 = 1",
    "small * 0.1 = 0.2 or small / 2 = 1 or small / 2.0 = 0.5",
    "big = 2147483648 or big > 9007199254740992",
    "big + small > 9007199254740993",
    "count & 6 <> 0",
    "(count | 8) # 1 = 9",
    "~ count & 1 = 1 and small << 2 = 8",
    "-5 % 3 = big % 3",
    "mod(big, 2) = -1",
    "name || small = 'a1'",
    "name like 'a%' or name like '10\\%'",
    "name not ilike 'A%'",
    "name is distinct from note",
    "name = 'it''s'",
    "lower(name) = 'abc' and length(name) = 3",
    "substr(name, 1, 1) = 'a' or \"left\"(name, 1) = 'B'".replace('"left"', "left"),
    "coalesce(name, note, 'z') = 'z'",
    "nullif(count, 7) is null",
    "greatest(count, small, 3) = 3",
    "least(size, area) < 0",
    "round(area) = 2 or round(0.125, 2) = 0.13",
    "floor(count / 2) = 3 and ceil(size) = 1",
    "trunc(cast(area as numeric), 1) = 2.5",
    "abs(small) = 2 and sign(small) = -1",
    "count = 1 is null",
    "(count = 1) is not true",
    "not (count > 0 and size > 0)",
    "count in (1, null)",
    "count not in (1, null)",
    "count::text = '7' or '7'::int = count",
    "name < note",
    "recnum between 5 and 9",
    "count / (small + 2) > 0",
    "cast(name as integer) = 10",
    "count + 32767::smallint > 0",
    "area = 'abc'",
    "size % 2 = 1",
    "count = 'x'",
    "name > 5",
    "name + 1 = 2",
    "count and true",
    "substr(name, 1, -1) = ''",
  ])("select the same records as the text itself: %s", async (text) => {
    // Strings that are no numbers are refused before the filter is run.
    const reason = (found: string): string => found.replace("error 42", "error").replace("error 22", "error");
    expect(reason(await selected(text))).toBe(reason(await plainly(text)));
  });

  const leafNumber = fc.constantFrom(
    "count",
    "small",
    "big",
    "size",
    "area",
    "recnum",
    "0",
    "1",
    "2",
    "-3",
    "0.1",
    "2.5",
    "3000000000",
    "'2'",
  );
  const leafText = fc.constantFrom("name", "note", "'a'", "'abc'", "'10%'", "''");
  const { condition } = fc.letrec<{ number: string; text: string; condition: string }>((tie) => ({
    number: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      leafNumber,
      fc
        .tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%", "&", "|", "#"), tie("number"))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(fc.constantFrom("- ", "~ ", "abs", "floor", "cast"), tie("number"))
        .map(([f, a]) => (f === "cast" ? `cast(${a} as bigint)` : `${f}(${a})`)),
      fc
        .tuple(fc.constantFrom("coalesce", "greatest", "least", "nullif"), tie("number"), tie("number"))
        .map(([f, a, b]) => `${f}(${a}, ${b})`),
      tie("text").map((a) => `length(${a})`),
      tie("number").map((a) => `(${a})`),
    ),
    text: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      leafText,
      fc.tuple(tie("text"), tie("text")).map(([a, b]) => `${a} || ${b}`),
      fc.tuple(fc.constantFrom("lower", "upper", "btrim"), tie("text")).map(([f, a]) => `${f}(${a})`),
    ),
    condition: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      fc
        .tuple(tie("number"), fc.constantFrom("=", "<>", "<", ">=", "is distinct from"), tie("number"))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(tie("text"), fc.constantFrom("=", "<", "like", "not like", "ilike"), tie("text"))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(tie("number"), fc.constantFrom("between", "not between"), tie("number"), tie("number"))
        .map(([a, op, b, c]) => `${a} ${op} ${b} and ${c}`),
      fc
        .tuple(tie("number"), fc.constantFrom("in", "not in"), leafNumber, leafNumber)
        .map(([a, op, b, c]) => `${a} ${op} (${b}, ${c})`),
      fc.tuple(tie("number"), fc.constantFrom("is null", "is not null")).map(([a, op]) => `${a} ${op}`),
      fc
        .tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition"))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      tie("condition").map((a) => `not ${a}`),
      fc
        .tuple(tie("condition"), fc.constantFrom("is true", "is not false", "is unknown"))
        .map(([a, op]) => `(${a}) ${op}`),
    ),
  }));

  it("select the same records as any text, and refuse what PostgreSQL has no meaning for", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const expected = await plainly(text);
        // How far a condition is evaluated is up to the planner, so whether a division by zero is met is not compared.
        const found = await selected(text);
        if (expected === "error 22" || found === "error 22") return;
        expect(found, text).toBe(expected);
        if (!expected.startsWith("error")) compared++;
      }),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});
