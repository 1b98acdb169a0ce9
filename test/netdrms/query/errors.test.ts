import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import { gatherSets } from "../../../netdrms/query/list-files.js";
import { showPlace } from "../../../netdrms/query/query-text.js";
import { readQuery } from "../../../netdrms/query/read-query.js";
import { rejectionOf } from "../../support/thrown.js";
import { LOG, MAG45, PLAIN } from "./made-series.js";

const series = new Map([MAG45, PLAIN, LOG].map((one) => [one.name, one]));

const findSeries = (name: string) => {
  const found = series.get(name.toLowerCase());
  return found === undefined
    ? Promise.reject(new DasError("NO_SUCH_SERIES", `The archive has no series "${name}"`))
    : Promise.resolve(found);
};

/** What a terminal shows of a query that is wrong. */
async function shown(text: string): Promise<readonly string[]> {
  const error = await rejectionOf(() => readQuery(text, { findSeries }));
  expect(error).toMatchObject({ code: expect.stringMatching(/^(BAD_QUERY|NO_SUCH_SERIES)$/) });
  return showPlace(error).split("\n");
}

/** Query, carets under it, and what the message has to say. */
type Wrong = readonly [query: string, carets: string, message: string];

/** Carets are written under the query with the indentation of this table. */
const LIST: readonly Wrong[] = [
  ["", "^", "the query is empty"],
  ["   ", "   ^", "the query is empty"],
  ["[2010]", "^", "a filter without a series before it (character 1)"],
  ["]", "^", '"]" cannot begin a record set, expected the name of a series'],
  [",su_ex.mag45", "^", '"," cannot begin a record set'],
  ["su_ex.mag45,", "            ^", "the end cannot begin a record set"],
  ["su_ex.mag45,;su_ex.log", "            ^", '";" cannot begin a record set'],
  ["#x", "^", '"#" cannot begin a record set'],
  ["9a.b", "^", '"9" cannot begin a record set'],
  ["/dir/file", "^", "unsupported record-set type"],
  ["./file", "^", "unsupported record-set type"],
  ["{prog:x}", "^", "unsupported record-set type"],
  ["{vot:x}", "^", "unsupported record-set type"],
  ["@", " ^", 'no name of a file behind "@"'],
  ["@list.txt", "^^^^^^^^^", "lists of record sets in files are not read here"],
  ["su_ex.mag45[2010.05.01_TAI", "           ^^^^^^^^^^^^^^^", 'a filter that is not closed, expected "]"'],
  [
    "su_ex.mag45[? QUALITY = 0 ]",
    "           ^^^^^^^^^^^^^^^^",
    'a filter that is not closed, expected "?]"',
  ],
  ["su_ex.mag45['abc]", "            ^^^^^", "a string that is not closed, expected '"],
  ['su_ex.mag45[? x = "abc ?]', "                  ^^^^^^^", 'a string that is not closed, expected "'],
  ["su_ex.mag45[? a ? b ?]", "                ^", '"?" inside of [? ?] outside of quotes, expected "?]"'],
  ["su_ex.mag45[! a != b !]", "                ^", 'expected "!]"; write <> for !='],
  ["su_ex.mag45[1] x", "               ^", '"x" behind a record set, expected "," or ";" and the next set'],
  ["su_ex.mag45[1]]", "              ^", '"]" behind a record set'],
  ["su_ex.mag45:[1]", "           ^", '":" behind a record set'],
  ["su_ex.mag45{magnetogram}[1]", "                        ^", "a filter behind the list of segments"],
  [
    "su_ex.mag45{magnetogram",
    "           ^^^^^^^^^^^^",
    'a list of segments that is not closed, expected "}"',
  ],
  ["su_ex.mag45 # c # [1]", "                  ^", '"[" behind a record set'],
  ["su_ex.none[1]", "^^^^^^^^^^", 'The archive has no series "su_ex.none"'],
  ["su_ex.mag45, su_ex.none", "             ^^^^^^^^^^", 'The archive has no series "su_ex.none"'],
];

const SETS: readonly Wrong[] = [
  ["su_ex.mag45[1][2][3]", "                 ^^^", "filter 3 of a series with 2 prime keys (T_REC, CAMERA)"],
  ["su_ex.mag45[][][]", "               ^^", "filter 3 of a series with 2 prime keys"],
  ["su_ex.log[1]", "         ^^^", "su_ex.log has no prime keys, expected [:#…] or [?…?]"],
  [
    "su_ex.mag45[QUALITY=0]",
    "            ^^^^^^^",
    "QUALITY is no prime key of su_ex.mag45, they are T_REC, CAMERA; filter by QUALITY with [?…?]",
  ],
  ["su_ex.mag45[EXPTIME=0]", "            ^^^^^^^", "EXPTIME is no prime key of su_ex.mag45"],
  ["su_ex.mag45[ NOPE = 0]", "             ^^^^", "su_ex.mag45 has no keyword NOPE"],
  ["su_ex.log[NOTE=a]", "          ^^^^", "NOTE is no prime key of su_ex.log, it has none"],
  ["su_ex.mag45[:#1][:#2]", "                ^^^^^", "a second recnum filter"],
  ["su_ex.mag45[:1]", "             ^", '"1" where a number begins with "#"'],
  ["su_ex.mag45[:]", "             ^", '"]" where a number begins with "#"'],
  ["su_ex.mag45[:#x]", "              ^", '"x" where a whole number of 64 bits is expected'],
  ["su_ex.mag45[:# 5]", "              ^", "U+0020 where a whole number"],
  ["su_ex.mag45[:#9223372036854775808]", "              ^", "where a whole number of 64 bits is expected"],
  ["su_ex.mag45[:#1-5]", "                ^", '"5" where the end of a range begins with "#"'],
  ["su_ex.mag45[:#1-#9@0]", "                   ^", 'a step of 0 behind "@", expected 1 or more'],
  ["su_ex.mag45[:#1 #2]", "                ^", '"#" behind a range, expected "," or "]"'],
  ["su_ex.mag45[:#^-#5]", "               ^", '"-" behind a range'],
  ["su_ex.mag45[#]", "             ^", "where a whole number of 64 bits is expected"],
  ["su_ex.plain[#5]", "            ^", "NAME has no numbers"],
  ["su_ex.mag45[garbage]", "            ^", '"g" where a time is expected'],
  ["su_ex.mag45[2010.05.01_TAI-]", "                           ^", '"]" where a time is expected'],
  [
    "su_ex.mag45[2010.05.01_TAI/5]",
    "                           ^",
    '"5" where a duration such as 45s, 12m, 1.5h, 1d or 3u is expected',
  ],
  ["su_ex.mag45[2010.05.01_TAI/1H]", "                           ^", "where a duration"],
  [
    "su_ex.mag45[2010.05.01_TAI/1d@0s]",
    "                              ^^",
    'a step that is not more than 0 behind "@"',
  ],
  ["su_ex.mag45[2010.05.01_TAI@1d]", "                          ^", '"@" behind a time, expected "," or "]"'],
  ["su_ex.mag45[2010.05.01_TAI 5]", "                           ^", '"5" behind a time'],
  ["su_ex.mag45[2010.05.01_TAI,]", "                           ^", '"]" where a time is expected'],
  ["su_ex.mag45[^-2010]", "            ^", '"^" where a time is expected'],
  ["su_ex.mag45[][1.5]", "               ^", '"." behind a whole number of 32 bits'],
  ["su_ex.mag45[][two]", "              ^", '"t" where a whole number of 32 bits is expected'],
  ["su_ex.mag45[][2147483648]", "              ^", "where a whole number of 32 bits is expected"],
  ["su_ex.mag45[][1-9@-2]", "                  ^^", 'a step of -2 behind "@", expected 1 or more'],
  ["su_ex.mag45[CAMERA=]", "                   ^", '"]" where a whole number of 32 bits is expected'],
  ["su_ex.plain[abc def]", "                ^", '"d" behind a string, expected "," or "]"'],
  ["su_ex.plain['a'/'b']", "               ^", "an extent of a key of strings, which has none"],
  ["su_ex.plain['a'-'b'@2]", "                   ^", "a step of a key of strings, which has none"],
  ["su_ex.plain[][][x]", "                ^", '"x" where a number is expected'],
  ["su_ex.plain[][][1-2@0]", "                    ^", 'a step of 0 behind "@", expected more than 0'],
  ["su_ex.plain[][][][2010/5u]", "                       ^^", "a duration in slots for a key without slots"],
  ["su_ex.mag45{}", "            ^", '"}" where the name of a segment is expected'],
  ["su_ex.mag45{nope}", "            ^^^^", "su_ex.mag45 has no segment nope, it has magnetogram"],
  ["su_ex.mag45{magnetogram,}", "                        ^", '"}" where the name of a segment is expected'],
  ["su_ex.plain{image|mask}", "                 ^", '"|" behind the name of a segment, expected "," or "}"'],
  ["su_ex.log{x}", "          ^", "su_ex.log has no segment x, it has none"],
];

const FILTERS: readonly Wrong[] = [
  ["su_ex.log[??]", "            ^".slice(1), "an empty filter, expected a condition"],
  [
    "su_ex.mag45[? QUALITY ?]",
    "              ^^^^^^^",
    "a whole number (QUALITY) where a condition is expected",
  ],
  ["su_ex.mag45[? 1 ?]", "              ^", "a whole number where a condition is expected"],
  ["su_ex.mag45[? 'x' ?]", "              ^^^", 'the string "x" where a condition is expected'],
  ["su_ex.mag45[? NOPE = 1 ?]", "              ^^^^", "su_ex.mag45 has no keyword NOPE"],
  [
    "su_ex.mag45[? INSTRUME = 'X' ?]",
    "              ^^^^^^^^",
    "INSTRUME is a constant of su_ex.mag45 and no column, write its value, MAG",
  ],
  [
    "su_ex.mag45[? EXPTIME > 1 ?]",
    "              ^^^^^^^",
    "EXPTIME is no column of su_ex.mag45: it is EXPTIME of su_ex.lev1, through the link SRC; filter su_ex.lev1 by it",
  ],
  [
    "su_ex.mag45[? magnetogram = 1 ?]",
    "              ^^^^^^^^^^^",
    "magnetogram is a segment of su_ex.mag45",
  ],
  [
    "su_ex.mag45[? QUALITY = 'x' ?]",
    "                        ^^^",
    'the string "x" where a whole number is expected',
  ],
  [
    "su_ex.mag45[? QUALITY LIKE 'x' ?]",
    "              ^^^^^^^",
    "a whole number (QUALITY) in LIKE, expected a string",
  ],
  [
    "su_ex.mag45[? DATAMEAN & 1 = 0 ?]",
    "              ^^^^^^^^",
    "a number with decimals (DATAMEAN) in &, expected a whole number",
  ],
  [
    "su_ex.mag45[? DATAMEAN % 2 = 0 ?]",
    "                       ^",
    "% of a number with decimals that is a float",
  ],
  [
    "su_ex.mag45[? QUALITY = 1 = 1 ?]",
    "                          ^",
    "a comparison of a comparison; join comparisons by AND",
  ],
  [
    "su_ex.mag45[? (QUALITY = 1) + 1 = 2 ?]",
    "              ^^^^^^^^^^^^^",
    "a condition in +, expected a number",
  ],
  [
    "su_ex.mag45[? QUALITY = (1 = 1) ?]",
    "                      ^",
    "= between a whole number (QUALITY) and a condition",
  ],
  [
    "su_ex.mag45[? QUALITY = ?]",
    "                        ^",
    "the end of the filter where a column, a value or a function is expected",
  ],
  [
    "su_ex.mag45[? QUALITY 1 ?]",
    "                      ^",
    '"1" where an operator or the end of the filter is expected',
  ],
  [
    "su_ex.mag45[? (QUALITY = 1 ?]",
    "                           ^",
    'the end of the filter where ")" is expected',
  ],
  ["su_ex.mag45[? QUALITY IN () ?]", "                         ^^", "an empty list behind IN"],
  [
    "su_ex.mag45[? QUALITY IN (1, 'x') ?]",
    "                             ^^^",
    'the string "x" where a whole number is expected',
  ],
  [
    "su_ex.mag45[? QUALITY BETWEEN 1 ?]",
    "                                ^",
    "the end of the filter where AND with the upper bound of BETWEEN is expected",
  ],
  [
    "su_ex.mag45[? QUALITY IS 5 ?]",
    "                         ^",
    '"5" where NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM is expected',
  ],
  [
    "su_ex.mag45[? sum(QUALITY) > 1 ?]",
    "              ^^^",
    "sum is no function that a filter may use; it may use abs, ",
  ],
  ["su_ex.mag45[? abs(1, 2) > 1 ?]", "              ^^^", "abs with 2 arguments, expected 1"],
  [
    "su_ex.mag45[? round(DATAMEAN, 1) > 1 ?]",
    "                    ^^^^^^^^",
    "a float in round with two arguments",
  ],
  [
    "su_ex.mag45[? QUALITY::date = 1 ?]",
    "                       ^^^^",
    "no type that a value can be cast to",
  ],
  ["su_ex.mag45[? QUALITY = 12abc ?]", "                          ^", '"a" behind the number 12'],
  [
    "su_ex.mag45[? DATAMEAN > 1e400 ?]",
    "                         ^^^^^",
    '"1e400" is beyond the range of numbers',
  ],
  [
    "su_ex.mag45[? DATE > $(2010.05.01_00:00:00.0000000000000000000000_TAI) ?]",
    `                     ${"^".repeat(49)}`,
    "a time of 46 characters, expected at most 40",
  ],
  [
    "su_ex.mag45[? DATE > $(2010 ?]",
    "                     ^^^^^^^",
    'a time that is not closed, expected ")"',
  ],
];

describe("what a terminal shows of a query that is wrong", () => {
  it.each([...LIST, ...SETS, ...FILTERS])("%s", async (query, carets, message) => {
    const [said, line, place] = await shown(query);
    expect(said).toContain(message);
    expect(place).toBe(carets);
    expect(line?.trimEnd()).toBe(query.split("\n")[0]?.trimEnd());
  });

  it("is the line of the query that is wrong", async () => {
    const [said, ...lines] = await shown("su_ex.mag45[1],\n  su_ex.mag45[x],\nsu_ex.log");
    expect(lines).toEqual(["  su_ex.mag45[x],", "              ^"]);
    expect(said).toContain("(character 31)");
  });

  it("is cut around the place where the query is long", async () => {
    const before = `su_ex.mag45[][${"1,".repeat(200)}`;
    const [, line, carets] = await shown(`${before}x${",1".repeat(200)}]`);
    expect(line).toBe(`…${"1,".repeat(30)}x${",1".repeat(19)},…`);
    expect(carets).toBe(`${" ".repeat(61)}^`);
  });

  it("has every character in one column", async () => {
    const [, line, carets] = await shown('su_ex.plain["\t\u200b",] x');
    expect(line).toBe('su_ex.plain["  ",] x');
    expect(carets).toBe(`${" ".repeat(19)}^`);
  });

  it("is the message alone for an error of another kind", () => {
    expect(showPlace(new DasError("ARCHIVE_AWAY", "gone"))).toBe("gone");
    expect(showPlace(new Error("odd"))).toBe("odd");
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "su_ex.mag45",
    "su_ex.plain",
    "su_ex.log",
    "[",
    "]",
    "[?",
    "?]",
    "[!",
    "!]",
    "[:",
    "{",
    "}",
    "#",
    "-",
    "/",
    "@",
    ",",
    ";",
    "\n",
    " ",
    "'",
    '"',
    "\\",
    "^",
    "$",
    "$(",
    ")",
    "(",
    "=",
    "T_REC",
    "CAMERA",
    "QUALITY",
    "NAME",
    "2010.05.01_TAI",
    "2010-05-01",
    "1d",
    "3u",
    "7",
    "-7",
    "0x7",
    "1e9",
    "AND",
    "NOT",
    "IN",
    "BETWEEN",
    "IS",
    "NULL",
    "LIKE",
    "::int",
    "||",
    "~",
    "abs",
    "<=",
    "!=",
    "\u00e4",
    "\ud800",
    "\0",
    "magnetogram",
  );

  it("is a query or an error at a place within it, and never anything else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 14 }),
        fc.constantFrom("", "su_ex.mag45[", "su_ex.mag45[? "),
        async (pieces, begin) => {
          const text = begin + pieces.join("");
          const outcome = await readQuery(text, { findSeries }).catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toMatchObject({ code: expect.stringMatching(/^(BAD_QUERY|NO_SUCH_SERIES)$/) });
            const { begin: from, end } = (outcome as DasError).where;
            expect(from).toBeLessThanOrEqual(text.length);
            expect(end).toBeLessThanOrEqual(text.length);
            expect(from).toBeLessThanOrEqual(Number(end));
          } else expect(outcome).toMatchObject({ sets: expect.any(Array) });
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("limits of a query", () => {
  it("is as long as it may be, 8192 characters, and no longer", async () => {
    const text = (length: number): string => `su_ex.mag45[? ${"(1=1)AND".padEnd(length - 20, " ")}1=1 ?]`;
    expect(text(8192)).toHaveLength(8192);
    expect((await gatherSets(text(8192))).sets).toHaveLength(1);
    expect((await shown(text(8193)))[0]).toContain("the query has 8193 characters, expected at most 8192");
  });

  it.each(["\0", "\x01", "\x1b", "\x7f", "\x0b"])(
    "has no control character %j, not even in quotes",
    async (character) => {
      const [said] = await shown(`su_ex.plain['${character}']`);
      expect(said).toContain("the control character U+00");
    },
  );
});
