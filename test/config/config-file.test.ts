import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CONFIG_BYTES, parseConfigFile } from "../../config/config-file.js";
import { DasError } from "../../errors/das-error.js";

const parse = (text: string) => parseConfigFile(new TextEncoder().encode(text), "/etc/site.conf");
const values = (text: string) => Object.fromEntries(parse(text).map(({ key, value }) => [key, value]));

function failure(text: string | Uint8Array): DasError {
  try {
    parseConfigFile(typeof text === "string" ? new TextEncoder().encode(text) : text, "/etc/site.conf");
  } catch (error) {
    if (error instanceof DasError) return error;
  }
  throw new Error("no DasError");
}

describe("lines of a configuration file (das2-server 17)", () => {
  it.each([
    ["KEY = value", "value"],
    ["KEY=value", "value"],
    ["\t KEY\t=\t value \t", "value"],
    ["KEY =", ""],
    ["KEY = # nothing", ""],
    ['KEY = ""', ""],
    ['KEY = "a value"', "a value"],
    ["KEY = 'a value'", "a value"],
    ['KEY = " spaced "', "spaced"],
    ["KEY = a # comment", "a"],
    ["KEY = a# comment", "a"],
    ['KEY = "a # b" # c', "a # b"],
    ["KEY = 'a # b' # c", "a # b"],
    ['KEY = x "a # b" y # c', 'x "a # b" y'],
    ['KEY = 5" # inches', '5"'],
    ["KEY = Bob's # site", "Bob's"],
    ["KEY = a = b", "a = b"],
    ["KEY = update&#45;me", "update&"],
    ['KEY = "update&#45;me&#64;x"', "update&#45;me&#64;x"],
    ["KEY = 'it\"s'", 'it"s'],
    ["KEY = größe", "größe"],
  ])("reads %j", (line, value) => {
    expect(values(line)).toEqual({ KEY: value });
  });

  it("reads CRLF, lone CR, a byte order mark and comment lines, and counts lines", () => {
    expect(parse("\ufeff# head\r\n\r\nA = 1\r\n  # x = y\rB = 2\n")).toEqual([
      { key: "A", value: "1", line: 3 },
      { key: "B", value: "2", line: 5 },
    ]);
  });

  it("names the line, and the file only for operators, when there is no =", () => {
    const error = failure("A = 1\n\nSITE_NAME Alpha\n");
    expect(error.code).toBe("BAD_CONFIG");
    expect(error.message).toBe('line 3: no "=" in the line (expected key = value)');
    expect(error.where).toMatchObject({ file: "/etc/site.conf", line: 3 });
  });

  it("refuses a line without key, a = inside a comment alone, bytes that are not UTF-8 and a file above 1 MiB", () => {
    expect(failure("= 1").message).toContain("line 1");
    expect(failure("KEY # = 1").message).toContain("line 1");
    expect(failure(new Uint8Array([65, 61, 0xff])).message).toContain("UTF-8");
    expect(failure(new Uint8Array(MAX_CONFIG_BYTES + 1)).message).toContain("1 MiB");
  });

  it("gives lines or BAD_CONFIG for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const { key, line } of parseConfigFile(bytes, "f")) expect(key !== "" && line > 0).toBe(true);
        } catch (error) {
          expect(error instanceof DasError && error.code).toBe("BAD_CONFIG");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("gives back what is written in double quotes", () => {
    const text = fc.stringMatching(/^[^\r\n"\s]([^\r\n"]*[^\r\n"\s])?$/);
    fc.assert(
      fc.property(text, (value) => {
        expect(values(`KEY = "${value}" # comment`)).toEqual({ KEY: value });
      }),
    );
  });
});
