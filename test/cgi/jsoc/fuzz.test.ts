import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresForTest } from "../../support/postgres.js";
import { type FieldArchive, fieldArchive } from "./field-archive.js";

/** What attackers write, and what breaks naive readers. */
const HOSTILE = [
  "'; DROP TABLE su_ex.field; --",
  "1) OR 1=1 UNION SELECT usename FROM pg_user --",
  "pg_sleep(10)",
  "$(touch /tmp/owned)",
  "`id`",
  "|| cat /etc/passwd",
  "../../../../etc/passwd",
  "@/etc/passwd",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "&lt;!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]&gt;",
  "a\r\nSet-Cookie: x=1",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\ud7ff\u202e☉é",
  "%s%n%x",
  "{{7*7}}",
  ";",
  "'",
  '"',
  "\\",
  "[",
  "]",
  "[?",
  "?]",
  "[!",
  "{",
  "}",
  "x".repeat(9000),
  "[".repeat(300),
  "(".repeat(3000),
];

const SERIES = [
  "su_ex.field",
  "SU_EX.Field",
  "su_ex.log",
  "su_ex.lev1",
  "su_ex.none",
  "pg_catalog.pg_class",
  "admin.ns",
];
const FILTERS = [
  "",
  "[]",
  "[2010.05.01_TAI/1d]",
  "[][1]",
  "[$]",
  "[^-$]",
  "[:#1-#4@2]",
  "[:#^]",
  "[? CAMERA > 0 AND NOTE LIKE '%e%' ?]",
  '[? NOTE = "a" OR 1 = 1 ?]',
  "[? pg_sleep(5) IS NULL ?]",
  "[? (SELECT 1) = 1 ?]",
  "[! 1=1 !]",
  "[#1@0]",
  "[2010.05.01_TAI-1999.01.01_TAI]",
  "[1e999]",
];
const NAMES = [
  "T_REC",
  "note",
  "EXPTIME",
  "**ALL**",
  "**NONE**",
  "*recnum*",
  "*size*",
  "*logdir*",
  "*spec*",
  "*passwd*",
  "field",
  "image",
  "SRC",
  "NOTES",
];

const hostile = fc.constantFrom(...HOSTILE);
const text = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(hostile, hostile).map(([a, b]) => a + b) },
);
const set = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...SERIES) }, { weight: 1, arbitrary: text }),
    fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...FILTERS) }, { weight: 2, arbitrary: text }),
      { maxLength: 3 },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: fc.constantFrom("{field}", "{field,extra}", "{}") },
    ),
  )
  .map(([series, filters, segments]) => series + filters.join("") + segments);
const dataset = fc.array(set, { minLength: 1, maxLength: 2 }).map((sets) => sets.join(","));
const names = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: text }), {
    maxLength: 4,
  })
  .map((some) => some.join(","));
const number = fc.oneof(fc.constantFrom("0", "1", "-2", "1e9", "9".repeat(30), "NaN"), text);
const flag = fc.oneof(fc.constantFrom("0", "1"), text);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** The endpoint and the words for it. */
interface Words {
  readonly at: string;
  readonly [name: string]: string | undefined;
}

const question: fc.Arbitrary<Words> = fc.oneof(
  fc.record({
    at: fc.constantFrom("show_series", "showextseries"),
    filter: optional(fc.oneof(text, fc.constantFrom("NOT x", "su_ex", "(", "[[:alpha:]]+"))),
    v: optional(flag),
    info: optional(flag),
    dbhost: optional(text),
  }),
  fc.record({
    at: fc.constant("jsoc_info"),
    op: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("series_struct", "rs_summary", "rs_list") },
      { weight: 1, arbitrary: text },
    ),
    ds: optional(dataset),
    key: optional(names),
    seg: optional(names),
    link: optional(names),
    n: optional(number),
    R: optional(flag),
    f: optional(flag),
    l: optional(flag),
    M: optional(flag),
    B: optional(flag),
    userhandle: optional(text),
  }),
  fc.record({
    at: fc.constant("checkAddress.sh"),
    address: optional(fc.oneof(text, fc.constant("a@example.org"))),
    checkonly: fc.constant("1"),
    code: optional(text),
  }),
  fc.record({
    at: fc.constant("show_info"),
    ds: optional(dataset),
    key: optional(names),
    seg: optional(names),
    sunum: optional(number),
    link: optional(names),
    n: optional(number),
    a: optional(flag),
    K: optional(flag),
    P: optional(flag),
    c: optional(flag),
    j: optional(flag),
    l: optional(flag),
  }),
);

/** Questions that are asked in every run: a good and a bad one among them. */
const PLAIN: [Words][] = [
  [{ at: "jsoc_info", op: "series_struct", ds: "su_ex.field" }],
  [{ at: "jsoc_info", op: "rs_list", ds: "pg_catalog.pg_class[]", key: "T_REC" }],
  [{ at: "show_series" }],
  [{ at: "showextseries", filter: "(".repeat(12_000) }],
  [{ at: "show_info", ds: "su_ex.field[]", key: "T_REC" }],
];

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("hostile questions to the JSOC web interface"), () => {
  let made: FieldArchive;
  beforeAll(async () => {
    made = await fieldArchive();
  });
  afterAll(() => made.end());

  /** Nothing of the inside: statements, places of code, folders, accounts. */
  const INSIDE =
    /current_setting|COPY \(|::text|"recnum"|\bat .*\.[jt]s:|node_modules|\/work\/|root:x|ECONN|PostgreSQL|relation "|pg_temp/;

  const judge = (at: string, status: number, type: string, body: string): void => {
    expect([200, 413, 414, 400]).toContain(status);
    expect(body).not.toMatch(INSIDE);
    if (at === "show_info") {
      expect(type).toBe("text/plain; charset=utf-8");
      return;
    }
    expect(type).toBe("application/json");
    expect(body).toMatch(/^[\x20-\x7e]*\n$/);
    expect(body).not.toMatch(/[<>&]/);
    const answer = JSON.parse(body) as Record<string, unknown>; // an object, or what follows fails
    // Its own form has no status, whatever the status of HTTP is.
    if (at === "showextseries")
      expect([typeof answer.errMsg, Array.isArray(answer.seriesList)]).toEqual(["string", true]);
    else expect(Number.isInteger(answer.status)).toBe(true);
  };

  it.each(["GET", "POST"])(
    "are answered by %s in the form of each endpoint, and change nothing",
    async (method) => {
      const state = () =>
        made.archive.rows(
          "SELECT (SELECT count(*)::int FROM su_ex.field) AS fields, (SELECT count(*)::int FROM pg_class) AS tables, (SELECT count(*)::int FROM jsoc.export_addresses) AS addresses",
        );
      const before = await state();
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(question, async ({ at, ...words }) => {
          const form = new URLSearchParams();
          for (const [name, value] of Object.entries(words))
            if (value !== undefined) form.append(name, value);
          // Repeated, the last counts; unknown ones do not.
          form.append("__proto__", "x");
          const url = `${made.server.url}/${at}`;
          const response = await (method === "GET"
            ? fetch(`${url}?${form}`)
            : fetch(url, { method, body: form }));
          const body = await response.text();
          judge(at, response.status, response.headers.get("content-type") ?? "", body);
          seen.add(`${at} ${/"status":-?\d+/.exec(body)?.[0] ?? "text"}`);
        }),
        { numRuns: 200, examples: PLAIN },
      );
      // Good and bad ones were among them.
      for (const one of [
        'jsoc_info "status":0',
        'jsoc_info "status":1',
        'show_series "status":0',
        "show_info text",
      ])
        expect([...seen]).toContain(one);
      expect(await state()).toEqual(before);
    },
  );
});
