import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDefinition } from "../../dsdf/grammar.js";
import { MAX_VALUE_LENGTH, substitute, substituteOne } from "../../dsdf/substitute.js";
import { DasError } from "../../errors/das-error.js";
import { problemOf } from "../support/definition-problem.js";

const FILE = "/srv/das/Demo/Pump4.dsdf";
const context = {
  substitutions: new Map([
    ["DATA_ROOT", "/data"],
    ["NESTED", "$(DATA_ROOT)/nested"],
    ["own", "of the server"],
  ]),
};

function all(text: string): Record<string, string> {
  const definition = parseDefinition(new TextEncoder().encode(text), FILE);
  return Object.fromEntries(substitute(definition, context));
}

function failure(text: string): string {
  try {
    all(text);
  } catch (error) {
    return problemOf(error);
  }
  throw new Error("no DasError");
}

describe("substitutions (das2-server 12.2)", () => {
  it.each<[string, string]>([
    ["v = '$(THIS_FILE)'", "Pump4.dsdf"],
    ["v = 'a $(DATA_ROOT)/x $(DATA_ROOT) b'", "a /data/x /data b"],
    ["v = '$(own)'", "of the server"],
    ["v = '$(own)'\nown = 'of the file'", "of the file"],
    ["v = '$(absent,a default)'", "a default"],
    ["v = '$(absent,)'", ""],
    ["v = '$(absent,a,b)'", "a,b"],
    ["v = '$(A) $(B)'\nA = 1\nB = 2", "1 2"],
    ["v = '$(A)'\nA = '$(B)'\nB = '$(C)!'\nC = 3", "3!"],
    ["v = '$(NESTED)'", "/data/nested"],
    ["v = '$(absent,$(A))'\nA = 1", "1"],
    ["v = '$(absent,$(missing,x)) y'", "x y"],
    ["v = '$(absent,$(absent,$(absent,x)))'", "x"],
    ["v = '$(A.b,1)'", "1"],
    ["v = 'costs $5 (net)'", "costs $5 (net)"],
    ["v = '$(open'", "$(open"],
    ["v = '$(DATA_ROOT) $('", "/data $("],
    ["v = '$(DATA_ROOT)'\nsubstitutions = false", "$(DATA_ROOT)"],
    ["v = '$(DATA_ROOT)'\nsubstitutions = 0", "$(DATA_ROOT)"],
    ["v = '$(DATA_ROOT)'\nsubstitutions = true", "/data"],
    // `$&` and `$1` mean something to String.replace; a value may hold them.
    ["v = 'x$(A)y'\nA = '$& $1'", "x$& $1y"],
  ])("%j", (text, value) => {
    expect(all(text).v).toBe(value);
  });

  it("gives the path of the file to keywords that stay inside, and to them only", () => {
    const values = all(
      [
        "reader = 'rd $(THIS_FILE) $(base)'",
        "base = 'x/$(THIS_FILE)'",
        "readerArgs = '$(THIS_FILE)'",
        "reducer = '$(base)'",
        "description = '$(base) $(readerArgs) $(absent,$(THIS_FILE))'",
      ].join("\n"),
    );
    expect(values).toEqual({
      reader: `rd ${FILE} x/${FILE}`,
      base: "x/Pump4.dsdf",
      readerArgs: FILE,
      reducer: `x/${FILE}`,
      description: "x/Pump4.dsdf Pump4.dsdf Pump4.dsdf",
    });
  });

  it("keeps request parameters of a reader for the parser of commands, with what surrounds them expanded", () => {
    expect(all("reader = 'rd $(DATA_ROOT) $(foo,$(own)) $(bar)'").reader).toBe(
      "rd /data $(foo,of the server) $(bar)",
    );
    expect(all("reader = 'rd $(readerArgs)'\nreaderArgs = '$(foo,1)'").reader).toBe("rd $(foo,1)");
  });

  it("never lets another keyword hold a request parameter", () => {
    expect(all("reader = 'rd $(foo,1)'\ndescription = 'runs $(reader)'").description).toBe("runs rd 1");
    expect(all("reader = 'rd $(base)'\nbase = '$(foo,1)'").reader).toBe("rd 1");
    expect(failure("description = '$(foo)'")).toContain("$(foo) has no value");
    expect(failure("reader = 'rd $(base)'\nbase = '$(foo)'")).toContain("line 2, base: $(foo) has no value");
  });

  it.each<[string, string]>([
    ["a = 1\nv = '$(absent)'", "line 2, v: $(absent) has no value"],
    ["v = '$()'", 'line 1, v: "$(" without a name'],
    ["v = '$(9)'", 'line 1, v: "$(" without a name'],
    ["v = '$(a b)'", 'line 1, v: "$(" without a name'],
    ["v = '$(v)'", "line 1, v: substitutions go in a circle, v -> v"],
    ["v = '$(A)'\nA = '$(B)'\nB = '$(A)'", "substitutions go in a circle, A -> B -> A"],
  ])("refuses %j", (text, message) => {
    expect(failure(text)).toContain(message);
  });

  it("nests ten deep and no deeper", () => {
    const chain = (depth: number) =>
      Array.from({ length: depth }, (_, i) => `k${i} = '$(k${i + 1})'`)
        .join("\n")
        .concat(`\nk${depth} = end`);
    expect(all(chain(10)).k0).toBe("end");
    expect(failure(chain(11))).toContain("nested deeper than 10");
  });

  it("limits the length of a value that references multiply", () => {
    const lines = ["k0 = 'xxxxxxxxxx'"];
    for (let i = 1; i < 10; i++) lines.push(`k${i} = '${`$(k${i - 1})`.repeat(10)}'`);
    expect(failure(lines.join("\n"))).toContain(`at most ${MAX_VALUE_LENGTH} characters`);
  });

  it("does not multiply the work of references that expand to nothing", () => {
    const lines = ["reader0 = ''"];
    for (let i = 1; i < 10; i++) lines.push(`reader${i} = '${`$(reader${i - 1})`.repeat(1000)}'`);
    lines.push("description = '$(reader9)'");
    const begin = performance.now();
    expect(all(lines.join("\n")).description).toBe("");
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it("expands one keyword without looking at broken others", () => {
    const definition = parseDefinition(
      new TextEncoder().encode("description = '$(own)'\nv = '$(absent)'"),
      FILE,
    );
    expect(substituteOne(definition, "description", context)).toBe("of the server");
    expect(substituteOne(definition, "absent", context)).toBeUndefined();
  });

  it("ends any text with values or BAD_DEFINITION", () => {
    const text = fc.string({ unit: fc.constantFrom("$(", ")", ",", "a", "b", "(", " ", "$"), maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, (a, b, reader) => {
        try {
          all(`a = '${a}'\nb = '${b}'\nreader = '${reader}'`);
        } catch (error) {
          expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
        }
      }),
      { numRuns: 1000 },
    );
    const begin = performance.now();
    for (const unit of ["$(", "$(a,", "$(a)", "$(a,$(b"]) {
      try {
        all(`k = '${unit.repeat(900_000 / unit.length)})'`);
      } catch (error) {
        expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
      }
    }
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});
