import { describe, expect, it } from "vitest";
import { gatherSets, MAX_SETS, type ReadListFile } from "../../../netdrms/query/list-files.js";
import { splitQuery } from "../../../netdrms/query/split-query.js";
import { rejectionOf } from "../../support/thrown.js";

/** The texts of the sets, `@name` for list files. */
function parts(text: string): readonly string[] {
  return splitQuery({ text }).map(({ span }) => text.slice(span.begin, span.end));
}

/** Kind and inside of each filter of a query of one set. */
function filters(text: string): readonly string[] {
  const [set] = splitQuery({ text });
  if (set?.kind !== "set") throw new Error("no set");
  return set.filters.map(({ kind, body }) => `${kind}:${text.slice(body.begin, body.end)}`);
}

describe("the sets of a query", () => {
  it.each([
    ["a.b", ["a.b"]],
    ["a.b,c.d", ["a.b", "c.d"]],
    ["a.b;c.d", ["a.b", "c.d"]],
    ["a.b\nc.d", ["a.b", "c.d"]],
    ["  \t\n a.b  \n\n , \n c.d\t\n ", ["a.b", "c.d"]],
    ["a.b\r\nc.d\r\n", ["a.b", "c.d"]],
    ["a.b[1], c.d[:#5]; @list.txt", ["a.b[1]", "c.d[:#5]", "@list.txt"]],
    ["a.b[1,2;3]", ["a.b[1,2;3]"]],
    ["a.b[? x in (1,2) # 3 ; ?], c.d", ["a.b[? x in (1,2) # 3 ; ?]", "c.d"]],
    ["@one @two".replace(" ", "\n"), ["@one", "@two"]],
    ["@dir/one-2.txt;a.b", ["@dir/one-2.txt", "a.b"]],
  ])("are separated by commas, semicolons and line feeds outside of brackets: %j", (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each(["a.b [1] [2]{s}", "a.b\t[1]\t[2] {s}", "a.b\n[1]\n[2]\n{s}", "a.b [1]\r\n[2]{s} "])(
    "may have white space between series, filters and segments: %j",
    (text) => {
      const [set, ...more] = splitQuery({ text });
      expect(more).toEqual([]);
      expect(filters(text)).toEqual(["key:1", "key:2"]);
      const segments = set?.kind === "set" ? set.segments : undefined;
      expect(segments && text.slice(segments.begin, segments.end)).toBe("s");
    },
  );

  it.each([
    ["a.b # all of it", ["a.b"]],
    ["a.b[1]{s} # one # , c.d # two", ["a.b[1]{s}", "c.d"]],
    ["a.b#first\nstill first#\nc.d", ["a.b", "c.d"]],
    ["a.b# , c.d", ["a.b"]],
  ])("may end with a comment, up to the next # or the end: %j", (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it("keep filters of every kind apart, with quotes as a unit", () => {
    expect(filters(`a.b[][x][:#1][? q = ']?]' ?][! "!]" <> n !]['it\\'s ]'][n="a]b"]`)).toEqual([
      "key:",
      "key:x",
      "recnum:#1",
      "sql: q = ']?]' ",
      `all-versions: "!]" <> n `,
      "key:'it\\'s ]'",
      'key:n="a]b"',
    ]);
  });

  it("take a backslash in SQL as a character like any other", () => {
    expect(filters("a.b[? x = 'a\\' ?][2]")).toEqual(["sql: x = 'a\\' ", "key:2"]);
  });
});

/** Files by name; each is its own identity. */
function files(texts: Readonly<Record<string, string>>): ReadListFile {
  return (name) =>
    Promise.resolve(Object.hasOwn(texts, name) ? { identity: name, text: texts[name]! } : undefined);
}

async function gathered(text: string, read?: ReadListFile): Promise<readonly string[]> {
  const { sets } = await gatherSets(text, read);
  return sets.map(({ source, span }) => source.text.slice(span.begin, span.end));
}

describe("list files", () => {
  it("are spliced in, line by line, where they are named", async () => {
    const read = files({ one: "a.b[1]\n\n  \nc.d, e.f\r\n@two\n", two: "g.h" });
    expect(await gathered("x.y, @one; z.z", read)).toEqual(["x.y", "a.b[1]", "c.d", "e.f", "g.h", "z.z"]);
  });

  it("may be named twice, duplicates are kept", async () => {
    expect(await gathered("@one,@one", files({ one: "a.b" }))).toEqual(["a.b", "a.b"]);
  });

  it("that cannot be opened are left out with a warning", async () => {
    const { sets, warnings } = await gatherSets("a.b, @gone", files({}));
    expect(sets).toHaveLength(1);
    expect(warnings.map(({ message }) => message)).toEqual([
      "the list file gone cannot be read and is left out (character 6)",
    ]);
  });

  it.each<[string, string, ReadListFile | undefined, string]>([
    ["are refused where nothing reads them, as for the web", "@a", undefined, "not read here"],
    [
      "may not lead back to themselves",
      "@a",
      files({ a: "@b", b: "x.y,@a" }),
      "the list file a leads back to itself (character 5 of line 1 of b)",
    ],
    [
      "may be nested 10 deep",
      "@f0",
      files(Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f${n}`, `@f${n + 1}`]))),
      "nested more than 10 deep (character 1 of line 1 of f9)",
    ],
    [
      "may not multiply",
      "@a",
      files({ a: "@b\n".repeat(20), b: "@c\n".repeat(20), c: "" }),
      "more than 256 list files",
    ],
    [
      "are bounded in length",
      "@a",
      files({ a: "x".repeat(1024 * 1024 + 1) }),
      "more than 1048576 characters",
    ],
    [
      "have bounded lines",
      "@a",
      files({ a: `a.b[${"1".repeat(8192)}]` }),
      "8197 characters, expected at most 8192",
    ],
    [
      "say where they are wrong",
      "x.y,@a",
      files({ a: "a.b\n\n a.b[" }),
      'expected "]" (character 5 of line 3 of a)',
    ],
  ])("%s", async (_, text, read, expected) => {
    const error = await rejectionOf(() => gatherSets(text, read));
    expect(error).toMatchObject({ code: "BAD_QUERY" });
    expect(error.message).toContain(expected);
  });

  it(`hold ${MAX_SETS} sets together with the query`, async () => {
    const lines = (count: number): ReadListFile => files({ a: "a.b,a.b\n".repeat(count / 2) });
    expect(await gathered("@a", lines(MAX_SETS))).toHaveLength(MAX_SETS);
    expect(await rejectionOf(() => gathered("a.b,@a", lines(MAX_SETS)))).toMatchObject({
      message: expect.stringContaining(`more than ${MAX_SETS} record sets`),
    });
  });
});
