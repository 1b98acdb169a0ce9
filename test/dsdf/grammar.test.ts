import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../dsdf/definition-error.js";
import {
  MAX_DEFINITION_BYTES,
  MAX_DEFINITION_LINES,
  MAX_KEYWORDS,
  parseDefinition,
} from "../../dsdf/grammar.js";
import { DasError } from "../../errors/das-error.js";
import { problemOf } from "../support/definition-problem.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseDefinition(bytes(text), "/data/Pump4.dsdf");
const values = (text: string) =>
  Object.fromEntries([...parse(text).assignments.values()].map(({ keyword, value }) => [keyword, value]));

function failure(input: string | Uint8Array): DasError {
  try {
    parseDefinition(typeof input === "string" ? bytes(input) : input, "/data/Pump4.dsdf");
  } catch (error) {
    if (error instanceof DasError) return error;
  }
  throw new Error(`no DasError for ${String(input).slice(0, 60)}`);
}

/** Characters that searches pass over and that are cut out of texts while something is done. */
function charactersSeen(work: () => void): number {
  const { indexOf, slice } = String.prototype;
  const { exec } = RegExp.prototype;
  let seen = 0;
  String.prototype.indexOf = function (part, from = 0) {
    const at = indexOf.call(this, part, from);
    seen += (at < 0 ? this.length : at) - from + 1;
    return at;
  };
  String.prototype.slice = function (from, to) {
    const cut = slice.call(this, from, to);
    seen += cut.length + 1;
    return cut;
  };
  RegExp.prototype.exec = function (text) {
    const found = exec.call(this, text);
    // One that is not sticky may look at all of it.
    seen += (this.sticky ? (found?.[0].length ?? 0) : text.length) + 1;
    return found;
  };
  try {
    work();
  } finally {
    Object.assign(String.prototype, { indexOf, slice });
    RegExp.prototype.exec = exec;
  }
  return seen;
}

describe("definition files (das2-server 12.1)", () => {
  it("parses the worked example", () => {
    const text =
      "summary = 'Two pumps; '+$\n          'the second is a spare'   ; a comment\ndescription = 'Pump 4'\n";
    expect(values(text)).toEqual({ summary: "Two pumps; the second is a spare", description: "Pump 4" });
  });

  it.each<[string, string]>([
    ["k = 'a''b'", "a'b"],
    ['k = "a""b"', 'a"b'],
    [`k = "it's"`, "it's"],
    [`k = 'say "x"'`, 'say "x"'],
    ["k = ''", ""],
    ['k = ""', ""],
    ["k =", ""],
    ["k = ; nothing", ""],
    ["k = 'a;b' ; c", "a;b"],
    ["k = a ; b", "a"],
    ["k = a b  c", "a b  c"],
    ["k = a = b", "a = b"],
    ["k = '=' ", "="],
    ["  k\t=\t'a'\t", "a"],
    ["k='a'+'b'+\"c\"", "abc"],
    ["k = 'a' + 'b'", "ab"],
    ["k = 'a'+$\n'b'", "ab"],
    ["k = 'a'+$ ; why\n\t 'b' + $\n  'c'  ; d", "abc"],
    ["k = 'a' +\n  'b'", "ab"],
    ["k = 'a'+$\n\n; between\n'b'", "ab"],
    ["k = 'a'$\n'b'", "ab"],
    ["k = 'one $\n   two'", "one two"],
    ["k = one $\n   two ; c", "one two"],
    ["k = $\n  'a'", "a"],
    ["k = a$\n  b$ ; c\n  d", "abd"],
    ["k = 'costs 5 $'", "costs 5 $"],
    ["k = grüße 日本", "grüße 日本"],
  ])("reads %j", (text, value) => {
    expect(values(text)).toEqual({ k: value });
    // The same with the line ends of another system and with lines around it.
    expect(values(`\ufeff; head\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\nz = 1\r\n`)).toEqual({
      k: value,
      z: "1",
    });
  });

  it("takes digits, _, parentheses and dots in keywords", () => {
    const text = "label(0) = A\ny_unit(12) = nT\n_x9 = 1\nplane_1.label = B\nexampleRange_00 = c";
    expect(Object.keys(values(text))).toEqual([
      "label(0)",
      "y_unit(12)",
      "_x9",
      "plane_1.label",
      "exampleRange_00",
    ]);
  });

  it("keeps the last value of a repeated keyword in its first place, and remarks it", () => {
    const { assignments, remarks } = parse("a = 1\nb = 2\na = 3\nA = 4");
    expect([...assignments.values()]).toEqual([
      { keyword: "a", value: "3", line: 3 },
      { keyword: "b", value: "2", line: 2 },
      { keyword: "A", value: "4", line: 4 },
    ]);
    expect(remarks).toEqual([{ line: 3, keyword: "a", message: "repeats line 1, whose value is lost" }]);
  });

  it("counts lines across continuations", () => {
    const { assignments } = parse("a = 'x'+$\n'y'\n\nb = p $\n q\n; c\nd = 1");
    expect([...assignments.values()].map(({ line }) => line)).toEqual([1, 4, 7]);
  });

  it("reads an apostrophe inside a word as das2-pyserver does, with a remark", () => {
    const { assignments, remarks } = parse("description = 'Juno's waves'\nb = 'l'été'");
    expect(assignments.get("description")?.value).toBe("Juno's waves");
    expect(assignments.get("b")?.value).toBe("l'été");
    expect(remarks.map(({ line }) => line)).toEqual([1, 2]);
  });

  it.each<[string, string]>([
    ["a = 1\nreader das2_x\n", 'line 2: no "=" in the line (expected keyword = value)'],
    ["k", 'line 1: no "=" in the line'],
    ["= 1", 'line 1: no keyword before "="'],
    ["9k = 1", 'line 1: a keyword cannot begin with "9"'],
    ["a-b = 1", 'line 1: "-" after the keyword a'],
    ["a(x) = 1", 'line 1: "(" after the keyword a'],
    ["a b = 1", 'line 1: "b" after the keyword a'],
    ["a = 1\nk = 'open\n", "line 2, k: a string that opens with ' and does not end"],
    ['k = "open', 'line 1, k: a string that opens with " and does not end'],
    ["k = 'a' 'b'", 'line 1, k: "\'" after the closing quote'],
    ["k = 'a' b", 'line 1, k: "b" after the closing quote'],
    ["k = 'a'b", 'line 1, k: "b" after the closing quote'],
    ["k = 'a'+\n\nb = 2", 'line 3, k: no string after "+"'],
    ["k = 'a'+$", 'line 1, k: no string after "+"'],
    ["a = 1\n\u0000", "line 2: control character 0x00"],
    ["a = 1\u001b[0m", "line 1: control character 0x1b"],
  ])("refuses %j", (text, message) => {
    const error = failure(text);
    expect(error.code).toBe("BAD_DEFINITION");
    expect(problemOf(error)).toContain(message);
    expect(problemOf(error)).not.toContain("Pump4");
    expect(describeProblem(error)).toMatch(/^\/data\/Pump4\.dsdf:[0-9]+: /);
  });

  it("names the line of a byte that is not UTF-8", () => {
    expect(problemOf(failure(new Uint8Array([...bytes("a = 'ü'\nb = "), 0xfc, 10])))).toContain(
      "line 2: a byte",
    );
    expect(problemOf(failure(new Uint8Array([0x61, 0x3d, 0xc3, 10, 0xbc])))).toContain("line 1");
  });

  it("limits size, lines and keywords", () => {
    expect(problemOf(failure(new Uint8Array(MAX_DEFINITION_BYTES + 1)))).toContain("at most 1 MiB");
    expect(problemOf(failure("\n".repeat(MAX_DEFINITION_LINES)))).toContain(
      `at most ${MAX_DEFINITION_LINES}`,
    );
    const many = Array.from({ length: MAX_KEYWORDS + 1 }, (_, i) => `k${i} = 1`).join("\n");
    expect(problemOf(failure(many))).toContain(`more than ${MAX_KEYWORDS} keywords`);
  });

  const keyword = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}(\([0-9]{1,2}\))?$/);
  const value = fc
    .string({ unit: "grapheme", maxLength: 40 })
    .map((text) => [...text].filter((character) => character >= " " && character !== "\u007f").join(""));

  it("gives back values in apostrophes, those of their own doubled", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(keyword, value), { selector: ([name]) => name }), (pairs) => {
        const lines = pairs.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
        const text = lines.join("");
        expect(Object.entries(values(text))).toEqual(Object.entries(Object.fromEntries(pairs)));
        expect(parse(text).remarks).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("gives back a value in either quote, cut anywhere into joined pieces", () => {
    fc.assert(
      fc.property(value, fc.constantFrom("'", '"'), fc.nat(40), fc.nat(40), (text, quote, first, second) => {
        const cuts = [0, Math.min(first, second), Math.max(first, second), text.length];
        const pieces = [0, 1, 2].map((i) =>
          text.slice(cuts[i], cuts[i + 1]).replaceAll(quote, quote + quote),
        );
        // Half of a surrogate pair does not survive UTF-8 whatever the grammar.
        fc.pre(!pieces.some((piece) => /\p{Surrogate}/u.test(piece)));
        const line = `k = ${pieces.map((piece) => quote + piece + quote).join("+$\n   ")} ; end`;
        expect(values(line)).toEqual({ k: text });
      }),
      { numRuns: 300 },
    );
  });

  it("ends any input with assignments or BAD_DEFINITION", () => {
    const tricky = fc.string({
      unit: fc.constantFrom("a", "=", "'", '"', "$", "+", ";", "\n", "\r", " ", "(", "0", ")", ",", "é"),
      maxLength: 120,
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), tricky.map(bytes)), (input) => {
        try {
          parseDefinition(input, "f");
        } catch (error) {
          expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("looks at each character a few times, however often a string goes on", () => {
    const units = [
      "''",
      "a'b",
      "''$\n                    ",
      "b$\n                    ",
      "'+'",
      "'+$\n'",
      "k='a'+$\n",
      "k='",
      "'a'b",
      "k=$\n",
      "k = 'a",
      "$(",
      "k='x'y'",
      "(1)",
    ];
    const hard = [
      ...units.map((unit) => ["k = '", unit] as const),
      ["k = ", "a$\n                         "],
      ["", `k = 1${" ".repeat(24)}\n`],
    ] as const;
    for (const [begin, unit] of hard) {
      const text = `${begin}${unit.repeat(Math.floor(400_000 / unit.length))}`;
      const seen = charactersSeen(() => {
        try {
          parse(text);
        } catch (error) {
          expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
        }
      });
      expect(seen / text.length, unit).toBeLessThan(20);
    }
  });
});
