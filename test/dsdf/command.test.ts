import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CommandTemplate, commandKeys, parseCommand } from "../../dsdf/command.js";
import { expandCommand, type RequestValues } from "../../dsdf/expand-command.js";
import { DasError } from "../../errors/das-error.js";
import { problemOf } from "../support/definition-problem.js";

const text = (word: string) => [{ kind: "text", text: word }];
const argv = (command: string, values: RequestValues = {}, requestParameters = false) =>
  expandCommand(parseCommand(command, { requestParameters }), values).map((program) => program.argv);

function failure(run: () => unknown): DasError {
  try {
    run();
  } catch (error) {
    if (error instanceof DasError) return error;
    throw error;
  }
  throw new Error("no DasError");
}

describe("words, quotes and pipes (das2-server 13.3)", () => {
  it.each<[string, string[][]]>([
    ["rd", [["rd"]]],
    ["  rd\t a  b ", [["rd", "a", "b"]]],
    ["rd 'a b' c", [["rd", "a b", "c"]]],
    ['rd "a b" c', [["rd", "a b", "c"]]],
    [`rd a'b c'"d e"f`, [["rd", "ab cd ef"]]],
    ["rd '' \"\" x", [["rd", "", "", "x"]]],
    ["rd a\\ b \\'c \\\\", [["rd", "a b", "'c", "\\"]]],
    [
      "rd '$HOME `x` ; & | > < * ? [ ~ ! # \\ ( ) { }'",
      [["rd", "$HOME `x` ; & | > < * ? [ ~ ! # \\ ( ) { }"]],
    ],
    ['rd "; & | > < * ? [ ~ ! # ( ) { } \'"', [["rd", "; & | > < * ? [ ~ ! # ( ) { } '"]]],
    ['rd "a\\"b" "c\\\\d" "e\\nf" "\\$x" "5$"', [["rd", 'a"b', "c\\d", "e\\nf", "$x", "5$"]]],
    ["rd \\; \\& \\$x \\* \\~ \\#", [["rd", ";", "&", "$x", "*", "~", "#"]]],
    [
      "rd a#b a~b x=y --n=3 a:b,c @f %d ^ + ]",
      [["rd", "a#b", "a~b", "x=y", "--n=3", "a:b,c", "@f", "%d", "^", "+", "]"]],
    ],
    ["a 1|b 2 | c", [["a", "1"], ["b", "2"], ["c"]]],
    ["a '|' | b", [["a", "|"], ["b"]]],
    ["/usr/bin/python3.9 /x/größe.py", [["/usr/bin/python3.9", "/x/größe.py"]]],
  ])("%j", (command, expected) => {
    expect(argv(command)).toEqual(expected);
  });

  it("reads settings of the environment in front of a program, with and without env", () => {
    expect(parseCommand("env PYTHONPATH=/a/lib A='b c' python3 /x.py Z=1").programs[0]).toEqual({
      env: { PYTHONPATH: "/a/lib", A: "b c" },
      words: [text("python3"), text("/x.py"), text("Z=1")],
    });
    expect(parseCommand("TZ=UTC /usr/bin/env LANG=C rd | B= b").programs).toEqual([
      { env: { TZ: "UTC", LANG: "C" }, words: [text("rd")] },
      { env: { B: "" }, words: [text("b")] },
    ]);
    expect(parseCommand("env rd").programs[0]).toEqual({ env: {}, words: [text("rd")] });
    expect(parseCommand("env -i rd").programs[0]?.words).toHaveLength(3);
    // What is quoted before its = is no setting, as in a shell.
    expect(parseCommand("'A=b' c").programs[0]).toEqual({ env: {}, words: [text("A=b"), text("c")] });
    expect(parseCommand("env 'A=b' c").programs[0]).toEqual({ env: { A: "b" }, words: [text("c")] });
  });

  it.each<[string, string, number]>([
    ["rd; rm", "a list of commands (;)", 3],
    ["rd &", "a background job", 4],
    ["rd && x", "an and-list (&&)", 4],
    ["rd || x", "an or-list (||)", 4],
    ["rd |& x", "a pipe of standard error", 4],
    ["rd > f", "a redirection (>)", 4],
    ["rd 2>/dev/null", "a redirection (>)", 5],
    ["rd < f", "a redirection (<)", 4],
    ["rd << E", "a here-document (<<)", 4],
    ["rd <(x)", "a process substitution", 4],
    ["rd `x`", "a command substitution (`)", 4],
    ['rd "`x`"', "a command substitution (`)", 5],
    ["rd $(date +%s)", "a command substitution ($()", 4],
    ["rd $(foo,x)", "a command substitution ($()", 4],
    ['rd "$(x)"', "a command substitution ($()", 5],
    ["rd $((1+1))", "an arithmetic expansion", 4],
    ["rd $HOME", "a variable ($)", 4],
    ['rd "a $HOME"', "a variable ($)", 7],
    ["rd $\u007bHOME}", "a variable ($\u007b)", 4],
    ["rd $1", "a variable ($)", 4],
    ["rd $", "a variable ($)", 4],
    ["rd $'x'", "a quotation ($ before a quote)", 4],
    ["rd\nx", "a line break", 3],
    ["rd 'a\nb'", "a line break", 6],
    ["rd \\\nx", "a line break", 5],
    ["rd a\u0007", "a control character", 5],
    ["(rd)", "a subshell", 1],
    ["{ rd }", "a brace expansion or group ({)", 1],
    ["rd a{b,c}", "a brace expansion or group ({)", 5],
    ["rd *.cdf", "a file name pattern (*)", 4],
    ["rd a?", "a file name pattern (?)", 5],
    ["rd [ab]", "a file name pattern ([)", 4],
    ["rd ~/x", "a home folder (~)", 4],
    ["rd --dir=~/x", "a home folder (~)", 10],
    ["rd !x", "a negation or history reference (!)", 4],
    ["! rd", "a negation or history reference (!)", 1],
    ["rd # x", "a comment (#)", 4],
    ["rd 'a", "a quote (') that is not closed", 4],
    ['rd "a', 'a quote (") that is not closed', 4],
    ["rd \\", "a backslash at the end", 4],
    ["cd /x", "the shell word cd", 1],
    ["a | export B=1", "the shell word export", 5],
    ["'' a", "an empty program name", 1],
  ])("refuses %j and says where", (command, construct, column) => {
    const error = failure(() => parseCommand(command));
    expect(error.code).toBe("BAD_DEFINITION");
    expect(problemOf(error)).toContain(construct);
    expect(problemOf(error)).toContain(`at column ${column}`);
  });

  it.each(["", "  ", "|", "a |", "| a", "a | | b", "A=1", "env", "env A=1", "a | B=2"])(
    "refuses %j: a program is missing",
    (command) => {
      expect(failure(() => parseCommand(command)).code).toBe("BAD_DEFINITION");
    },
  );

  it("limits length, words and programs", () => {
    expect(problemOf(failure(() => parseCommand("a".repeat(16 * 1024 + 1))))).toContain("at most 16384");
    expect(problemOf(failure(() => parseCommand("a ".repeat(1001))))).toContain("more than 1000 words");
    expect(problemOf(failure(() => parseCommand(Array(17).fill("a").join("|"))))).toContain("at most 16");
  });

  it("gives back any words that were quoted", () => {
    const word = fc
      .string({ maxLength: 20 })
      .filter((value) => /^[ -~]*$/.test(value) && !value.includes("#["));
    const quote = (value: string, how: string) =>
      how === "single"
        ? `'${value.replaceAll("'", "'\\''")}'`
        : how === "double"
          ? `"${value.replaceAll(/[\\"`$]/g, "\\$&")}"`
          : value === ""
            ? "''"
            : value.replaceAll(/[^A-Za-z0-9]/g, "\\$&");
    const quoted = fc.tuple(word, fc.constantFrom("single", "double", "backslash"));
    fc.assert(
      fc.property(
        fc.array(fc.array(quoted, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        (programs) => {
          const command = programs.map((words) =>
            ["rd", ...words.map(([value, how]) => quote(value, how))].join(" "),
          );
          expect(argv(command.join(" | "))).toEqual(
            programs.map((words) => ["rd", ...words.map(([value]) => value)]),
          );
        },
      ),
    );
  });

  it("ends any text with programs or BAD_DEFINITION", () => {
    const characters = "ab '\"\\|#[]*()$,@=;&<>`{}?~!\n%^".split("").concat("#[", "#[a", "#[a # b", "$(a,b)");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 }),
        fc.boolean(),
        (command, parameters) => {
          let template: CommandTemplate | undefined;
          try {
            template = parseCommand(command, { requestParameters: parameters });
          } catch (error) {
            expect(error instanceof DasError && error.code).toBe("BAD_DEFINITION");
          }
          if (template === undefined) return;
          try {
            for (const program of expandCommand(template, { a: "x y" })) expect(program.argv[0]).not.toBe("");
          } catch (error) {
            expect(error instanceof DasError && error.code).toBe("BAD_PARAMETER");
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("request values (das2-server 9.1)", () => {
  const range = { "read.time.min": "2021-06-30", "read.time.max": "2021-07-01" };

  it("gives the worked example", () => {
    const command = "rd #[read.opts( |mfr|=) # -m @ # ] #[read.time.min]";
    expect(argv(command, { ...range, "read.opts": "raw mfr=13" })).toEqual([
      ["rd", "-m", "13", "2021-06-30"],
    ]);
    expect(argv(command, { ...range, "read.opts": "raw" })).toEqual([["rd", "2021-06-30"]]);
  });

  it.each<[string, RequestValues, string[]]>([
    ["#[k]", { k: "v" }, ["v"]],
    ["#[ k ]", { k: "v" }, ["v"]],
    ["a#[k]b", { k: "v" }, ["avb"]],
    ["#[k # x@y]", { k: "v" }, ["xvy"]],
    ["#[k # x@y # z]", {}, ["z"]],
    ["#[k # @ # ]", {}, []],
    ["#[k # # x]", { k: "v" }, []],
    ["--k=#[k # @ # ]", {}, ["--k="]],
    ["#[k # -o @ # -d 1 2]", {}, ["-d", "1", "2"]],
    ["p#[k # a @ b # ]s", { k: "v w" }, ["pa", "v w", "bs"]],
    ["'#[k # a @ # ]'", { k: "v" }, ["a v"]],
    ['"x #[k] y"', { k: "v" }, ["x v y"]],
    ["#[k # '@ z' # ]", { k: "v" }, ["v z"]],
    ["#[a]#[b]", { a: "1", b: "2" }, ["12"]],
    ["#[k( |raw)]", { k: "a raw b" }, ["raw"]],
    ["#[k(|aw)]", { k: "raw" }, ["aw"]],
    ["#[k(raw)]", { k: "a,rawest" }, ["raw"]],
    ["#[k(,|m|=) # @]", { k: "x=1,m=2,m=3" }, ["2"]],
    ["#[k(;|m|:) # -@ # none]", { k: "mm:1" }, ["none"]],
    ["#[k(|m|=) # @]", { k: "am=5 b" }, ["5 b"]],
    // `@` in a value, or `$&`, is not looked at again.
    ["#[k # <@> # ]".replace("<", "_").replace(">", "_"), { k: "@$&" }, ["_@$&_"]],
    // The empty text is absent, and so is what only a prototype has.
    ["#[k # @ # none]", { k: "" }, ["none"]],
    ["#[constructor # @ # none]", {}, ["none"]],
  ])("%s of %j", (word, values, words) => {
    expect(argv(`rd ${word}`, values)).toEqual([["rd", ...words]]);
  });

  it("keeps a value one argument, whatever it contains, unless the text says *", () => {
    const hostile = "a b; rm -rf / | x > y $(z) `q` \"'\\ * ?";
    expect(argv("rd #[k]", { k: hostile })).toEqual([["rd", hostile]]);
    expect(argv("rd #[k]*", { k: " a  b\tc " })).toEqual([["rd", "a", "b", "c"]]);
    expect(argv("rd x#[k]*y", { k: "a b c" })).toEqual([["rd", "xa", "b", "cy"]]);
    expect(argv("rd #[k # -o @ # ]*", { k: "a b" })).toEqual([["rd", "-o", "a", "b"]]);
    expect(argv("rd #[k # -o@ # ]*", { k: "a b" })).toEqual([["rd", "-oa", "-ob"]]);
    expect(argv("rd '#[k]*'", { k: "a b" })).toEqual([["rd", "a b*"]]);
    expect(argv("rd #[k # @ # ]*", {})).toEqual([["rd"]]);
  });

  it("asks for a required value that is absent", () => {
    for (const word of ["#[k]", "#[k # @]", "#[k(,|m)]", "'#[k]'"]) {
      const error = failure(() => argv(`rd ${word}`, { other: "1" }));
      expect(error.code).toBe("BAD_PARAMETER");
      expect(error.message).toContain("parameter k is missing");
    }
  });

  it.each([
    "rd #[",
    "rd #[k",
    "rd #[]",
    "rd #[1]",
    "rd #[a b]",
    "rd #[a # b # c # d]",
    "rd #[k(]",
    "rd #[k()]",
    "rd #[k(a|b|c|d)]",
    "rd #[k(,|)]",
    "rd #[k(,|a|)]",
    "rd #[k # a;b # ]",
    "rd #[k # $(x) # ]",
    "rd #[k # a | b # ]",
    "#[k] x",
    "A=#[k] rd",
    "env A=#[k] rd",
  ])("refuses %j", (command) => {
    expect(failure(() => parseCommand(command)).code).toBe("BAD_DEFINITION");
  });

  it("tells whether a command places values itself, and which it asks for", () => {
    expect(parseCommand("rd a | b").placesValues).toBe(false);
    expect(parseCommand("rd #[read.time.min] | b #[x # @ # ] #[x]").placesValues).toBe(true);
    expect(commandKeys(parseCommand("rd #[read.time.min] | b #[x # @ # ] #[x]"))).toEqual([
      "read.time.min",
      "x",
    ]);
  });

  it("takes $(NAME,DEFAULT) of a reader as words of their own", () => {
    const command = "rd $(Foo,a b) $(bar) x";
    expect(argv(command, { bar: "1" }, true)).toEqual([["rd", "a", "b", "1", "x"]]);
    expect(argv(command, { foo: "c; d", bar: "$(e)" }, true)).toEqual([["rd", "c;", "d", "$(e)", "x"]]);
    expect(argv("rd $(foo,)|b", {}, true)).toEqual([["rd"], ["b"]]);
    expect(parseCommand(command, { requestParameters: true }).placesValues).toBe(false);
    expect(failure(() => argv(command, {}, true)).code).toBe("BAD_PARAMETER");
    for (const refused of [
      "rd --x=$(foo,1)",
      "rd $(foo,1)x",
      "rd '$x'$(foo)",
      'rd "$(foo,1)"',
      "rd $(foo,a;b)",
      "$(foo,rd) x",
    ])
      expect(failure(() => parseCommand(refused, { requestParameters: true })).code).toBe("BAD_DEFINITION");
  });
});
