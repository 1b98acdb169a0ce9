import { describe, expect, it } from "vitest";
import { bind } from "../../../netdrms/database/sql.js";
import { FUNCTIONS } from "../../../netdrms/query/filter/functions.js";
import { expressionSql } from "../../../netdrms/query/filter/print-expression.js";
import { planSelection } from "../../../netdrms/query/plan-selection.js";
import { countSql, selectionSql } from "../../../netdrms/query/selection-sql.js";
import { codeOf, messageOf } from "../../support/thrown.js";
import { shownSql, tree } from "./reading.js";

/** The only condition of a filter on su_ex.plain, with literals written out. */
function printed(filter: string): string {
  const { conditions } = tree(`su_ex.plain[? ${filter} ?]`);
  return shownSql(expressionSql(conditions[0]!, "r")).replaceAll("r.", "");
}

/** Text and types of the parameters of a filter. */
function bound(filter: string): string {
  const { conditions } = tree(`su_ex.plain[? ${filter} ?]`);
  return bind(expressionSql(conditions[0]!, "r")).text.replaceAll('"r".', "").replaceAll('"', "");
}

describe("precedence in a filter", () => {
  it.each([
    // Each line is the order in which PostgreSQL 16 evaluates it, as its documentation of precedence has it.
    ["count = 1 or count = 2 and count = 3", "((count = 1) OR ((count = 2) AND (count = 3)))"],
    ["not count = 1 and count = 2", "((NOT (count = 1)) AND (count = 2))"],
    ["not not count = 1", "(NOT (NOT (count = 1)))"],
    ["count + 2 * 3 = 7", "((count + (2 * 3)) = 7)"],
    ["count - 1 - 2 = 7", "(((count - 1) - 2) = 7)"],
    ["count / 2 % 3 = 1", "(((count / 2) % 3) = 1)"],
    ["count & 3 = 0", "((count & 3) = 0)"],
    ["count & 3 + 1 <> 0", "((count & (3 + 1)) <> 0)"],
    ["count | 1 & 2 # 3 = 0", "((((count | 1) & 2) # 3) = 0)"],
    ["count << 1 + 1 > 4", "((count << (1 + 1)) > 4)"],
    ["~ count & 7 = 1", "(((~ count) & 7) = 1)"],
    ["~ count + 1 = 1", "((~ (count + 1)) = 1)"],
    ["count & ~ small = 1", "((count & (~ small)) = 1)"],
    ["- count + 1 = 0", "(((- count) + 1) = 0)"],
    ["- - count = 1", "((- (- count)) = 1)"],
    ["count = -1", "(count = -1)"],
    ["count - -1 = 0", "((count - -1) = 0)"],
    ["+ count = + 1", "(count = 1)"],
    ["- count::int8 = 1", "((- (count::int8)) = 1)"],
    ["count::int8::text = 'a'", "(((count::int8)::text) = 'a')"],
    ["name || 'a' like 'b' || '%'", "((name || 'a') LIKE ('b' || '%'))"],
    ["count between 1 + 1 and 5 and small = 1", "((count BETWEEN (1 + 1) AND 5) AND (small = 1))"],
    ["count not between 1 and 5", "(count NOT BETWEEN 1 AND 5)"],
    ["count in (1, 2) or not small in (3)", "((count IN (1, 2)) OR (NOT (small IN (3))))"],
    ["count not in (1, 2)", "(count NOT IN (1, 2))"],
    ["count = 1 is null", "((count = 1) IS NULL)"],
    ["not count is not null", "(NOT (count IS NOT NULL))"],
    ["count isnull or count notnull", "((count IS NULL) OR (count IS NOT NULL))"],
    ["count = 1 is true", "((count = 1) IS TRUE)"],
    ["(count = 1) is not false is unknown", "(((count = 1) IS NOT FALSE) IS UNKNOWN)"],
    ["count is distinct from 3", "(count IS DISTINCT FROM 3)"],
    ["count is not distinct from null", "(count IS NOT DISTINCT FROM NULL)"],
    ["name not like 'a%' and name ilike 'b'", "((name NOT LIKE 'a%') AND (name ILIKE 'b'))"],
    ["((count)) = (((1)))", "(count = 1)"],
    ["Count = 1 AND NAME = 'A'", "((count = 1) AND (name = 'A'))"],
    ["RECNUM > 5 and sunum > 0 and slotnum = 1", "((recnum > 5) AND (sunum > 0) AND (slotnum = 1))"],
  ])("%s", (filter, expected) => {
    expect(printed(filter)).toBe(expected);
  });
});

describe("literals in a filter", () => {
  it.each([
    ["small = 5", "(small = $1::int4)"],
    ["big = 2147483648", "(big = $1::int8)"],
    ["small > -2147483648", "(small > $1::int4)"],
    ["big > -9223372036854775808", "(big > $1::int8)"],
    ["big < 9223372036854775808", "(big < $1::text::numeric)"],
    ["small * 0.1 = 0.3", "((small * $1::text::numeric) = $2::text::numeric)"],
    ["small = 0x10", "(small = $1::int4)"],
    ["small & 0x80000000 = 0", "((small & $1::int8) = $2::int4)"],
    // Beside a real PostgreSQL compares and computes in float8.
    ["size > 10", "(size > $1::float8)"],
    ["size > 10.5", "(size > $1::float8)"],
    ["size * 2 > 1", "((size * $1::float8) > $2::float8)"],
    ["area between 1 and 2.5", "(area BETWEEN $1::float8 AND $2::float8)"],
    // A list has the type of the column there.
    ["size in (0.1, 2)", "(size IN ($1::text::numeric, $2::int4))"],
    ["when_ > $(2010.05.01_TAI)", "(when_ > $1::float8)"],
    ["recnum > $(2010.05.01_TAI)", "(recnum > $1::text::numeric)"],
    // A string has the type of what it stands beside.
    ["small = '5'", "(small = $1::int2)"],
    ["size = '0.1'", "(size = $1::float4)"],
    ["name = '5'", "(name = $1::text)"],
    ["name = null", "(name = $1::text)"],
    ["small = null", "(small = $1::int2)"],
    ["'a' = 'b'", "($1::text = $2::text)"],
    ["coalesce(null, small, 1) = 1", "(COALESCE($1::int2, small, $2::int4) = $3::int4)"],
    ["cast('5' as bigint) = big", "($1::int8 = big)"],
    ["cast(0.1 as real) = size", "(($1::text::numeric::float4) = size)"],
    ["cast(size as double precision) = 1", "((size::float8) = $1::float8)"],
    ["sqrt(small) > 2", "(sqrt((small::float8)) > $1::float8)"],
    ["sqrt(2) > 1", "(sqrt($1::float8) > $2::float8)"],
    ["true", "$1::bool"],
    ["null", "$1::bool"],
  ])("have the types that PostgreSQL gives them: %s", (filter, expected) => {
    expect(bound(filter)).toBe(expected);
  });

  it.each([
    ["name = 'it''s'", "(name = 'it's')"],
    ['name = "it\'s"', "(name = 'it's')"],
    ['name = "a""b"', `(name = 'a"b')`],
    ["name = 'a\\nb'", "(name = 'a\\nb')"],
    ["name = ''", "(name = '')"],
    ["name = 'a ?] b'", "(name = 'a ?] b')"],
    ["name = '-- x' and name = '/* y'", "((name = '-- x') AND (name = '/* y'))"],
    ["small = 007", "(small = 7)"],
    ["area > .5e1", "(area > 5)"],
    ["area > 1.", "(area > 1)"],
    ["when_ > $( 2010.05.01_TAI )", "(when_ > 1051747200)"],
    ["recnum > $(2010.05.01_TAI)", "(recnum > '1051747200.000000'::numeric)"],
    ["area = 'NaN' or area < '-inf'", "((area = NaN) OR (area < -Infinity))"],
  ])("say what is written: %s", (filter, expected) => {
    expect(printed(filter)).toBe(expected);
  });

  it("take the missing time for a text that is no time, with a warning", () => {
    const { conditions, warnings } = tree("su_ex.plain[? when_ > $(garbage) ?]");
    expect(shownSql(expressionSql(conditions[0]!, "r"))).toBe("(r.when_ > -211087684832.184)");
    expect(warnings.map(({ message }) => message)).toEqual([
      '"garbage" is no time, taken as the missing time (character 23)',
    ]);
  });

  it.each([
    ["size = 0.1", ["a float is never equal to 0.1, write CAST(0.1 AS real) (character 22)"]],
    ["0.1 <> size", ["a float is never equal to 0.1, write CAST(0.1 AS real) (character 15)"]],
    ["size = 0.5", []],
    ["size > 0.1", []],
    ["area = 0.1", []],
    ["size = cast(0.1 as real)", []],
  ])("of more digits than a float has are warned of where equality is asked: %s", (filter, expected) => {
    expect(tree(`su_ex.plain[? ${filter} ?]`).warnings.map(({ message }) => message)).toEqual(expected);
  });
});

describe("filters that would be more than a condition", () => {
  it.each([
    "1=1 -- x",
    "1=1 /* x */",
    "1=1; drop table su_ex.plain",
    "1=1); drop table su_ex.plain --",
    "(select 1) = 1",
    "exists (select 1)",
    "count in (select 1)",
    "count = any(array[1])",
    "count = all(select 1)",
    "pg_sleep(10) is null",
    "pg_catalog.pg_sleep(10) is null",
    "pg_terminate_backend(1)",
    "set_config('a','b',true) = 'b'",
    "current_setting('a') = 'b'",
    "lo_import('/etc/passwd') > 0",
    "pg_read_file('x') = ''",
    "query_to_xml('select 1', true, true, '') is null",
    "nextval('su_ex.plain_seq') > 0",
    "now() > 0",
    "random() < 0.5",
    "repeat('a', 1000000000) = 'a'",
    "replace(name, 'a', 'aaaa') = 'a'",
    "lpad(name, 1000000000) = 'a'",
    "su_ex.plain.count = 1",
    "plain.count = 1",
    "r.count = 1",
    "count = $1",
    "count = $$1$$",
    "name = $a$x$a$",
    "name = E'\\x41'",
    "name = U&'\\0041'",
    "name = N'x'",
    "count = B'1'",
    "count = X'1'",
    "name = 'a' 'b'",
    "name ~ '(a+)+$'",
    "name similar to 'a'",
    "name collate \"C\" = 'a'",
    "count[1] = 1",
    "(count).x = 1",
    "row(1) = row(1)",
    "(1, 2) = (1, 2)",
    "count = 1 union select 1",
    "count = 1 order by 1",
    "count = 1 limit 1",
    "case when true then true end",
    "count = 2 ^ 1000000000",
    "name = `x`",
    "count = 1 \\g",
    "count @ 1",
    "count = 1 | \\! ls",
    "count = 1 \u037e",
    "name = \u2018a\u2019",
    "name = \uff07a\uff07",
    "count\u00a0= 1",
    "c\u043eunt = 1",
    "count = \u0661",
    "count \ufe64 1",
    "\u200bcount = 1",
    "count = 1e400",
    "count = 1e-400",
    `count = ${"9".repeat(400)}`,
    "count = 0x",
    "count = 1__0",
    "count = 1 = 1",
    "and",
    "count = and",
    "not",
    "()",
    "(",
    ")",
    "count in",
    "count in (1,)",
    "abs(,)",
    "drms.count",
    "drms.",
    "cast(1 as regclass) = 1",
    "'pg_class'::regclass = 1",
    "cast(1)",
  ])("are refused: %s", (filter) => {
    expect(codeOf(() => tree(`su_ex.plain[? ${filter} ?]`))).toBe("BAD_QUERY");
  });

  it.each([
    ["parentheses", (n: number) => `${"(".repeat(n)}1=1${")".repeat(n)}`],
    ["NOT", (n: number) => `${"not ".repeat(n)} 1=1`],
    ["signs", (n: number) => `count = ${"- ".repeat(n)}small`],
    ["complements", (n: number) => `count = ${"~ ".repeat(n)}small`],
    ["calls", (n: number) => `count = ${"abs(".repeat(n)}1${")".repeat(n)}`],
    ["sums", (n: number) => `count = 1${"+1".repeat(n)}`],
    ["tests", (n: number) => `count = 1${" is true".repeat(n)}`],
    ["casts", (n: number) => `count = 1${"::int4".repeat(n)}`],
  ])("are nested 100 deep at most: %s", (_, filter) => {
    expect(codeOf(() => tree(`su_ex.plain[? ${filter(60)} ?]`))).toBe("accepted");
    expect(messageOf(() => tree(`su_ex.plain[? ${filter(1000)} ?]`))).toMatch(/nested more than 100 deep/);
  });

  it("may be as wide as the query is long", () => {
    const wide = Array.from({ length: 550 }, (_, n) => `count=${n}`).join(" or ");
    expect(tree(`su_ex.plain[? ${wide} ?]`).conditions[0]).toMatchObject({ form: "or" });
    const list = Array.from({ length: 1500 }, (_, n) => n).join(",");
    expect(tree(`su_ex.plain[? count in (${list}) ?]`).conditions).toHaveLength(1);
  });
});

describe("the text of a statement", () => {
  const HOSTILE = "x'; DROP TABLE su_ex.plain; --";

  it.each([
    [`su_ex.plain["${HOSTILE}"]`],
    [`su_ex.plain["${HOSTILE}"-'y']`],
    [`su_ex.plain[NAME=^,"${HOSTILE}"][? NOTE = "${HOSTILE}" OR NOTE IN ("a", "${HOSTILE}") ?]`],
    [`su_ex.plain[! NOTE LIKE "${HOSTILE}" !]`],
    [`su_ex.plain[][31337-31338@7331][3.1337/7.3313@0.31337][2013.03.07_TAI/31337s@7331s][#31337]`],
    ["su_ex.plain[:#31337-#41337@7331][? COUNT = 31337 OR AREA > 3.1337 OR AREA = $(2013.03.07_TAI) ?]"],
    ["su_ex.plain[$][? COUNT & 0x7A69 = 31337 AND BIG > 31337000000000 ?]"],
  ])("holds none of what the request says: %s", (query) => {
    for (const limit of [0, 31337, -31337]) {
      const selection = planSelection(tree(query), limit);
      for (const statement of [selectionSql(selection, ["recnum", "note"]), countSql(selection)]) {
        const { text, values } = bind(statement);
        expect(values.length).toBeGreaterThan(0);
        // Letters of the program, its own names and numbers of parameters; beside these no digit and no quoted text is left.
        const rest = text.replace(/\$\d+/g, "").replace(/float8|int[248]/g, "");
        expect(rest).not.toMatch(/DROP|'|--|[1-9]/);
      }
    }
  });
});

describe("the functions of a filter", () => {
  it("are these, all without effects and bounded in what they give", () => {
    expect(Object.keys(FUNCTIONS)).toEqual(
      (
        "abs ceil ceiling floor round trunc sign mod sqrt cbrt exp ln log log10 power pow sin cos tan asin acos atan atan2 degrees " +
        "radians pi lower upper length char_length trim btrim ltrim rtrim substr substring left right strpos coalesce nullif " +
        "greatest least drms.image_exists"
      ).split(" "),
    );
  });

  it("are called in any case", () => {
    expect(printed("LOWER(name) = Upper('x')")).toBe("(lower(name) = upper('x'))");
  });

  it("say whether an image exists by bit 31 of its quality", () => {
    expect(printed("drms.image_exists(count)")).toBe("(count >= 0)");
    expect(printed("DRMS.Image_Exists(big)")).toBe("((big & 2147483648) = 0)");
    expect(codeOf(() => printed("drms.image_exists(area)"))).toBe("BAD_QUERY");
  });
});
