import { describe, expect, it } from "vitest";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import { describeArguments } from "../../../netdrms/module/describe-arguments.js";
import { type ArgumentSources, parseModuleArguments } from "../../../netdrms/module/parse-arguments.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const MODULE = declareArguments({
  name: "example",
  summary: "an example",
  params: [
    { name: "n", type: "INT", default: 7, range: "[0,100)", about: "a count" },
    { name: "text", type: "STRING", default: "none", about: "a text" },
    { name: "factor", type: "DOUBLE", optional: true, about: "a factor" },
    { name: "lat", type: "INTS", default: "[0]", about: "latitudes, degrees" },
    { name: "names", type: "STRINGS", optional: true, about: "names" },
    { name: "colour", type: "NUME", values: ["red", "yellow", "green"], default: "red", about: "a colour" },
    { name: "t", type: "TIME", optional: true, about: "a time" },
    { name: "x", type: "FLOAT", optional: true, range: "(,1e38]", about: "a float" },
  ],
  flags: [
    { name: "a", about: "first" },
    { name: "k", about: "second" },
    { name: "A", about: "own meaning of a standard letter" },
    { name: "quick", about: "a flag with a name" },
  ],
  positionals: [{ name: "FILE", about: "files", optional: true, many: true }],
});

const parse = (words: readonly string[], sources?: ArgumentSources) =>
  parseModuleArguments(MODULE, words, sources);
const values = (...words: string[]) => parse(words).values;
const problem = (...words: string[]) => messageOf(() => parse(words));

/** Sources with parameter files, and no environment. */
const files = (contents: Readonly<Record<string, string>>): ArgumentSources => ({
  readFile: (name) => contents[name] ?? expect.fail(`no file ${name}`),
});

describe("values", () => {
  it("have the exact types of their declaration", () => {
    const { n, text, factor, lat, names, colour, a, quick, lat_nvals, lat_0_value, names_0_value } = values();
    // Each line compiles only where the type is exactly that.
    const typed: [
      number,
      string,
      number | undefined,
      readonly number[],
      readonly string[] | undefined,
      number,
      boolean,
    ] = [n, text, factor, lat, names, colour, a && quick];
    const elements: [number, number | undefined, string | undefined] = [
      lat_nvals,
      lat_0_value,
      names_0_value,
    ];
    // @ts-expect-error the optional parameter may be undefined
    const sure: number = factor;
    // @ts-expect-error there is no such name
    const unknown: unknown = values().nothing;
    expect([typed, elements, sure, unknown]).toEqual([
      [7, "none", undefined, [0], undefined, 0, false],
      [1, 0, undefined],
      undefined,
      undefined,
    ]);
  });

  it("are given as name=value, name= value, and --name value", () => {
    expect(values("n=5").n).toBe(5);
    expect(values("n=", "5").n).toBe(5);
    expect(values("--n", "5").n).toBe(5);
    expect(values("text=a=b").text).toBe("a=b");
    expect(values("text=", "a=b").text).toBe("a=b");
    expect(values("text=").text).toBe("");
  });

  it("keep the blanks around = of one word", () => {
    expect(values("text= a b ").text).toBe(" a b ");
    expect(values("text =b").text).toBe(" b");
    expect(values("n= 5 ").n).toBe(5);
  });

  it("are of the last word where a name is given twice", () => {
    expect(values("n=1", "--n", "2", "n=3").n).toBe(3);
    expect(values("-a", "a=0").a).toBe(false);
  });

  it("have their escapes read in every form, and are refused with others", () => {
    expect(values(String.raw`text=a\tb\\`).text).toBe("a\tb\\");
    expect(values("text=", String.raw`\n`).text).toBe("\n");
    expect(values("--text", String.raw`\"`).text).toBe('"');
    expect(problem(String.raw`text=\x`)).toContain("a backslash before");
    // A positional argument is no value of a name.
    expect(parse([String.raw`a\b`]).positionals).toEqual([String.raw`a\b`]);
  });

  it("of a time are seconds since 1977 TAI", () => {
    expect(values("t=2010.05.01_00:00:00_TAI").t).toBe(1051747200);
    expect(problem("t=garbage")).toBe('t = "garbage", expected a time such as 2010.05.01_00:00:00_TAI');
  });

  it("of a float are what binary32 holds, and bounded as they are written", () => {
    expect(values("x=0.1").x).toBe(0.10000000149011612);
    expect(values("x=1e38").x).toBe(Math.fround(1e38));
    expect(problem("x=1e39")).toBe('x = "1e39", expected a number in (,1e38]');
  });

  it("of a choice are the place of the word, in its own case", () => {
    expect(values("colour=green").colour).toBe(2);
    expect(problem("colour=Green")).toBe('colour = "Green", expected one of red, yellow, green');
  });

  it("that are wrong are an error with name, text and what was expected", () => {
    expect(problem("n=100")).toBe('n = "100", expected an integer, decimal or 0x in [0,100)');
    expect(problem("n=five")).toBe('n = "five", expected an integer, decimal or 0x in [0,100)');
    expect(problem("n=")).toContain('n = ""');
    expect(codeOf(() => parse(["factor=1,5"]))).toBe("USAGE");
  });
});

describe("a list", () => {
  it.each(["[0,5,10]", "{0,5,10}", "(0,5,10)", "0,5,10", " [ 0, 5 , 10 ] ", "0,,5,10,", "0x0,5,+10"])(
    "is %j",
    (text) => {
      const given = values(`lat=${text}`);
      expect(given.lat).toEqual([0, 5, 10]);
      expect([given.lat_nvals, given.lat_0_value, given.lat_1_value, given.lat_2_value]).toEqual([
        3, 0, 5, 10,
      ]);
      expect(Object.keys(given)).not.toContain("lat_3_value");
    },
  );

  it("is one value without brackets, and may be empty", () => {
    expect(values("lat=12").lat).toEqual([12]);
    expect(values("lat=[]").lat_nvals).toBe(0);
  });

  it("of texts has its blanks removed and keeps brackets that are not its own", () => {
    expect(values("names=a b, c").names).toEqual(["ab", "c"]);
    expect(values("names=su_ex.m[1],su_ex.m[2]").names).toEqual(["su_ex.m[1]", "su_ex.m[2]"]);
    expect(values("names=[su_ex.m[1],x]").names).toEqual(["su_ex.m[1]", "x"]);
  });

  it("is refused where a bracket does not fit or an element is wrong", () => {
    expect(problem("lat=[1,2")).toBe('lat = "[1,2", expected a list that ends with ]');
    expect(problem("lat=[")).toContain("ends with ]");
    expect(problem("lat=1,b")).toBe('lat = "1,b", expected a list, each an integer, decimal or 0x');
    expect(problem("lat=1],[2")).toContain("expected a list");
  });
});

describe("flags", () => {
  it("are letters behind -, several in one word, case counts", () => {
    const { a, k, A } = values("-ak");
    expect([a, k, A]).toEqual([true, true, false]);
    expect(values("-A").A).toBe(true);
  });

  it("are names behind --, in any case, also by name=1", () => {
    expect(values("--quick").quick).toBe(true);
    expect(values("--QUICK").quick).toBe(true);
    expect(values("quick=1").quick).toBe(true);
    expect(values("--quick", "0").quick).toBe(false);
    expect(problem("a=2")).toBe('flag a = "2", expected 0 or 1');
  });

  it("take no word that is meant for something else", () => {
    const { values: given, positionals } = parse(["--quick", "file.fits"]);
    expect([given.quick, positionals]).toEqual([true, ["file.fits"]]);
  });

  it("that nobody declared are an error", () => {
    expect(problem("-az")).toBe('flag "z" of "-az" is not known; --help tells what is');
    expect(problem("-.5")).toContain('flag "." of "-.5"');
    expect(problem("--quik")).toBe("--quik is not known; is quick meant?; --help tells what is");
  });

  it("of a module stand in the place of standard ones; -n does nothing", () => {
    const parsed = parse(["-A", "-n", "-V", "n=3"]);
    expect([parsed.values.A, parsed.standard.A, parsed.standard.V]).toEqual([true, false, true]);
    expect(parsed.values.n).toBe(3);
    expect(parse(["-n"]).values.n).toBe(7);
  });
});

describe("--name", () => {
  it("takes no word that begins with - or @ or holds a bare =", () => {
    for (const next of ["-5", "@file", "k=1"])
      expect(problem("--n", next)).toBe("--n needs a value (one that begins with -, or holds =, as n=VALUE)");
    expect(problem("--n")).toContain("needs a value");
    expect(values("--text", `"a=b"`).text).toBe(`"a=b"`);
  });
});

describe("positional arguments", () => {
  it("are what is nothing else: words that begin with a digit or -digit, queries, a lone dash", () => {
    const words = ["2010.05.01", "-5", "-", "su_ex.m[? q=1 ?]", "5=6", "max-dt=5"];
    expect(parse(words).positionals).toEqual(words);
  });

  it("are all words behind --", () => {
    expect(parse(["-a", "--", "-k", "n=1", "@f", "--"]).positionals).toEqual(["-k", "n=1", "@f", "--"]);
  });

  it("are an error where the module takes none, or one that must be given is missing", () => {
    const none = declareArguments({ name: "m", summary: "", params: [], flags: [] });
    expect(messageOf(() => parseModuleArguments(none, ["n", "=", "5"]))).toBe(
      'argument "n" has no meaning, expected name=value',
    );
    const one = declareArguments({ ...none, positionals: [{ name: "IN", about: "a file" }] });
    expect(messageOf(() => parseModuleArguments(one, []))).toBe(
      "Mandatory argument IN is missing, expected a file",
    );
    expect(messageOf(() => parseModuleArguments(one, ["a", "b"]))).toContain('argument "b" has no meaning');
  });
});

describe("parameter files", () => {
  it("give words as a command line does, line by line, with quotes and comments", () => {
    const text = ["# a comment", "", `n=5 text="two words"`, "-a --quick", "  names= b,c", "'one file'"].join(
      "\r\n",
    );
    const { values: given, positionals } = parse(["@f"], files({ f: text }));
    expect(given).toMatchObject({ n: 5, text: "two words", a: true, quick: true, names: ["b", "c"] });
    expect(positionals).toEqual(["one file"]);
  });

  it("never override the command line, wherever they stand; the later file wins", () => {
    const both = files({ f: "n=1\ntext=f", g: "n=2\n-a" });
    expect(parse(["n=5", "@f", "@g"], both).values).toMatchObject({ n: 5, text: "f", a: true });
    expect(parse(["@f", "@g"], both).values.n).toBe(2);
    expect(parse(["@g", "@f"], both).values.n).toBe(1);
    expect(parse(["a=0", "@g"], both).values.a).toBe(false);
  });

  it("nest ten deep and no deeper", () => {
    const chain: Record<string, string> = { f11: "n=1" };
    for (let n = 1; n <= 10; n++) chain[`f${n}`] = `@f${n + 1}`;
    expect(parse(["@f2"], files(chain)).values.n).toBe(1);
    expect(messageOf(() => parse(["@f1"], files(chain)))).toBe(
      'parameter file "f11" is 11 files deep, expected 10 at most',
    );
    expect(messageOf(() => parse(["@f"], files({ f: "@f" })))).toContain("11 files deep");
  });

  it("do not carry a value from one line to the next", () => {
    expect(parse(["@f"], files({ f: "text=\n5" }))).toMatchObject({
      values: { text: "" },
      positionals: ["5"],
    });
    expect(parse(["@f"], files({ f: "--quick\n1" })).positionals).toEqual(["1"]);
  });

  it("may name what other modules know; it is told, not refused", () => {
    const { unused, values: given } = parse(["@f"], files({ f: "other=1 -z\n--more x\nn=3" }));
    expect(unused).toEqual(["other", "z", "more"]);
    expect(given.n).toBe(3);
  });

  it("are refused where no files can be read, and when they are too many, too long or no text", () => {
    expect(problem("@f")).toBe('parameter file "f" is not accepted here');
    expect(problem("@")).toBe("@ names no parameter file, expected @FILE");
    const twice: Record<string, string> = { f9: "n=1" };
    for (let n = 1; n < 9; n++) twice[`f${n}`] = `@f${n + 1} @f${n + 1}`;
    expect(messageOf(() => parse(["@f1"], files(twice)))).toBe("more than 256 parameter files");
    expect(messageOf(() => parse(["@f"], files({ f: "x".repeat(1_048_577) })))).toContain("1048576 bytes");
    expect(messageOf(() => parse(["@f"], files({ f: "n=\0" })))).toContain("is no text");
    expect(problem("x".repeat(131_073))).toContain("131072 at most");
    expect(problem(...Array<string>(65_537).fill("-a"))).toBe("more than 65536 arguments");
  });
});

describe("the environment", () => {
  it("satisfies a parameter that is given nowhere else, but no flag", () => {
    const env = { n: "3", a: "1", text: "" };
    expect(parse([], { env }).values).toMatchObject({ n: 3, a: false, text: "none" });
    expect(parse(["n=4"], { env }).values.n).toBe(4);
    expect(parse(["@f"], { env, ...files({ f: "n=5" }) }).values.n).toBe(5);
    expect(parse([], { env }).origins.get("n")).toBe("environment");
    expect(messageOf(() => parse([], { env: { n: "100" } }))).toContain('n = "100"');
  });

  it("counts for the parameters of the session but DRMS_RETENTION", () => {
    const env = { JSOC_DBHOST: "db:5433", DRMS_RETENTION: "5", DRMS_PRINT_SQL: "1" };
    const { standard } = parse([], { env });
    expect([standard.JSOC_DBHOST, standard.DRMS_RETENTION, standard.DRMS_PRINT_SQL]).toEqual([
      "db:5433",
      undefined,
      true,
    ]);
    expect(parse(["DRMS_RETENTION=0"], { env }).standard.DRMS_RETENTION).toBe(0);
    expect(problem("DRMS_RETENTION=32768")).toContain("in [0,32767]");
  });
});

it("names the mandatory parameter that is missing", () => {
  const must = declareArguments({
    name: "m",
    summary: "",
    params: [{ name: "ds", type: "DATASET", about: "record set" }],
    flags: [],
  });
  expect(messageOf(() => parseModuleArguments(must, []))).toBe(
    "Mandatory parameter ds is missing, expected ds=DATASET: record set",
  );
  expect(messageOf(() => parseModuleArguments(must, ["sd=x"]))).toContain("is ds meant?");
  expect(codeOf(() => parseModuleArguments(must, [`ds=${"x".repeat(8193)}`]))).toBe("USAGE");
});

it("describes all arguments with their values and origins, but for the password", () => {
  const lines = describeArguments(
    parse(["n=5", "-aA", "lat=[1,2]", "one", "JSOC_DBPASSWD=secret"], { env: { text: "t" } }),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      "n = 5 (command line)",
      'text = "t" (environment)',
      "lat = [1,2] (command line)",
      "colour = 0 (default)",
      "-a = true (command line)",
      "-A = true (command line)",
      "-n = false (default)",
      "DRMS_QUERY_MEM = 512 (default)",
      "JSOC_DBPASSWD = (not shown) (command line)",
      '$1 = "one"',
    ]),
  );
  expect(lines.join()).not.toContain("secret");
  expect(lines.some((line) => line.startsWith("factor"))).toBe(false);
});
