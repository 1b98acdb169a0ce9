import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../dsdf/command.js";
import { expandCommand } from "../../dsdf/expand-command.js";
import { chooseCommands } from "../../dsdf/flex/choose-commands.js";
import { parseInternalJson } from "../../dsdf/flex/internal-json.js";
import { codeOf, messageOf } from "../support/thrown.js";

const words = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));

/** The argument vectors that a definition makes of a request. */
function argvs(
  definition: object,
  request: Readonly<Record<string, string>>,
  face: "flex" | "das2" = "flex",
): string[][] {
  const { commands, defaults } = parseInternalJson(JSON.stringify(definition), "/srv/internal.json");
  const { command } = chooseCommands(commands, words(request), defaults[face]);
  return expandCommand(command, request).map(({ argv }) => [...argv]);
}

describe("command templates (das2-server 9.1)", () => {
  const fill = (template: string, values: Readonly<Record<string, string>>) =>
    expandCommand(parseCommand(template), values).map(({ argv }) => argv.join(" "));

  it.each([
    // The example of the specification, then those of the templates' own document.
    [
      "rd #[read.opts( |mfr|=) # -m @ # ] #[read.time.min]",
      { "read.opts": "raw mfr=13", "read.time.min": "2021-06-30" },
      "rd -m 13 2021-06-30",
    ],
    [
      "rd #[read.opts( |mfr|=) # -m @ # ] #[read.time.min]",
      { "read.opts": "raw", "read.time.min": "2021-06-30" },
      "rd 2021-06-30",
    ],
    [
      "rd #[read.time.min # -beg @ # -beg 2020-01-14 ]",
      { "read.time.min": "2022-01-14T12:00" },
      "rd -beg 2022-01-14T12:00",
    ],
    ["rd #[read.time.min # -beg @ # -beg 2020-01-14 ]", {}, "rd -beg 2020-01-14"],
    [
      "rd #[bands(|By) # --magnetic # ] #[bands(|Ex) # --electric # ]",
      { bands: "ExBy" },
      "rd --magnetic --electric",
    ],
    [
      "rd #[bands( |By) # --magnetic # ] #[bands( |Ex) # --electric # ]",
      { bands: "Ex By" },
      "rd --magnetic --electric",
    ],
    ["rd #[bands(By) # --magnetic # ]", { bands: "Ex,By" }, "rd --magnetic"],
    [
      "rd #[params( |mfr|=) # -mfr @ # ]",
      { params: "lfdr=ExEw mfr=13ExEw hfr=ABC12EuEvExEw" },
      "rd -mfr 13ExEw",
    ],
  ] as const)("%s with %o", (template, values, expected) => {
    expect(fill(template, values)).toEqual([expected]);
  });

  it("asks for what is needed", () => {
    expect(messageOf(() => fill("rd #[read.time.min]", {}))).toBe(
      "parameter read.time.min is missing; this source needs it",
    );
  });
});

describe("the choice of commands (das2-server 9.2)", () => {
  const reader = { label: "Reader", order: 1, template: "rd #[read.time.min] #[read.time.max]" };
  const reducer = {
    label: "Reducer",
    order: 20,
    input: { type: "das", version: "2" },
    template: ["das2_bin_avgsec", "#[bin.time.max]"],
    triggers: [{ key: "bin.time.max", value: 0, compare: "gt" }],
  };
  const csv = {
    label: "CSV",
    order: 30,
    input: { type: "das" },
    output: { type: "csv" },
    template: "das3_csv #[format.delim # -d @ # ]",
    activation: [{ key: "format.type", value: "csv" }],
    set: [{ key: "read.opts", value: "table" }],
  };
  const range = { "read.time.min": "a", "read.time.max": "b" };

  it("runs a command without conditions always, others when all of theirs hold, in ascending order", () => {
    const definition = { commands: [csv, reducer, reader] };
    expect(argvs(definition, range)).toEqual([["rd", "a", "b"]]);
    expect(argvs(definition, { ...range, "bin.time.max": "60" })).toEqual([
      ["rd", "a", "b"],
      ["das2_bin_avgsec", "60"],
    ]);
    expect(argvs(definition, { ...range, "bin.time.max": "0" })).toEqual([["rd", "a", "b"]]);
    expect(
      argvs(definition, { ...range, "bin.time.max": "60.0", "format.type": "csv", "format.delim": ";" }),
    ).toEqual([
      ["rd", "a", "b"],
      ["das2_bin_avgsec", "60.0"],
      ["das3_csv", "-d", ";"],
    ]);
  });

  it("takes a list or a dictionary, and activation, triggers or trigger", () => {
    const one = { ...reducer, triggers: undefined, trigger: reducer.triggers };
    const definition = { commands: { read: reader, reduce: one } };
    expect(argvs(definition, { ...range, "bin.time.max": "9" })).toHaveLength(2);
    expect(argvs(definition, range)).toHaveLength(1);
  });

  it("lets what a command sets count for lower orders alone", () => {
    const fast = {
      ...reader,
      label: "Fast reader",
      template: "fast #[read.opts # -o @ # ]",
      activation: [{ key: "read.opts", value: "table" }],
    };
    const slow = { ...reader, activation: [{ key: "read.opts", value: "table", compare: "ne" }] };
    const last = {
      label: "Last",
      order: 40,
      input: {},
      template: "last #[read.opts # @ # none ]",
      activation: csv.activation,
    };
    const definition = { commands: [fast, slow, csv, last] };
    expect(argvs(definition, { ...range, "format.type": "csv", "read.opts": "plain" })).toEqual([
      ["fast", "-o", "table"],
      ["das3_csv"],
      ["last", "plain"],
    ]);
    expect(argvs(definition, { ...range, "read.opts": "plain" })).toEqual([["rd", "a", "b"]]);
  });

  it("fills in what the definition says by default, for the interface that is asked", () => {
    const definition = {
      commands: [{ label: "R", order: 1, template: "rd #[read.apid # -a @ # ] #[format.type # @ # ]" }, csv],
      parameters: { defaults: { das2: { "read.apid": 7 }, flex: { "format.type": "csv" } } },
    };
    expect(argvs(definition, {})).toEqual([["rd", "csv"], ["das3_csv"]]);
    expect(argvs(definition, { "format.type": "das" })).toEqual([["rd", "das"]]);
    expect(argvs(definition, {}, "das2")).toEqual([["rd", "-a", "7"]]);
  });

  it.each([
    ["eq", "60", "60.0", true],
    ["eq", "text", "text", true],
    ["ne", "das", "csv", true],
    ["gt", "9", "10", false],
    ["gt", "10", "9", true],
    ["lt", "1e-3", "1", true],
    ["ge", "5", "5", true],
    ["le", "6", "5", false],
    ["lt", "b", "a", false],
  ])("compares by %s: %s with %s is %s, numbers as numbers", (compare, given, value, runs) => {
    const definition = { commands: [reader, { ...reducer, triggers: [{ key: "k", value, compare }] }] };
    expect(argvs(definition, { ...range, k: given, "bin.time.max": "1" })).toHaveLength(runs ? 2 : 1);
  });

  it("refuses two commands of one order, a pipeline without reader, and none at all", () => {
    const twice = { commands: [reader, { ...reader, label: "Other" }] };
    expect(codeOf(() => argvs(twice, range))).toBe("BAD_PARAMETER");
    expect(messageOf(() => argvs(twice, range))).toContain("Reader and Other");
    expect(codeOf(() => argvs({ commands: [csv] }, { "format.type": "csv" }))).toBe("BAD_PARAMETER");
    expect(codeOf(() => argvs({ commands: [csv] }, {}))).toBe("BAD_PARAMETER");
    expect(codeOf(() => argvs({}, {}))).toBe("BAD_PARAMETER");
  });

  it.each([
    ["a shell", { commands: [{ ...reader, template: "rd; rm -rf /" }] }],
    ["a redirection", { commands: [{ ...reader, template: "rd > /tmp/x" }] }],
    ["no template", { commands: [{ label: "x", order: 1 }] }],
    [
      "an unknown comparison",
      { commands: [{ ...reducer, triggers: [{ key: "a", value: 1, compare: "like" }] }] },
    ],
    ["an order that is none", { commands: [{ ...reader, order: "first" }] }],
    [
      "a group that would be a rule of its own",
      { commands: [reader], authorization: { user_in_group: ["a|AGE:1y"] } },
    ],
    // Each of these would let everybody in if it were passed over.
    ["a user that stands in no list", { commands: [reader], authorization: { user_is: "ann" } }],
    ["a slip in who may have the data", { commands: [reader], authorization: { users_are: ["ann"] } }],
    ["who may have the data as a text", { commands: [reader], authorization: "user_is:ann" }],
    [
      "an age that is none",
      {
        commands: [reader],
        authorization: { params: [{ key: "read.time.min", reference: "now", delta: "-1y" }] },
      },
    ],
    [
      "an unknown part of a name",
      { commands: [reader], files: { baseName: [{ function: "exec", args: ["id"] }] } },
    ],
  ])("refuses a definition with %s", (_, definition) => {
    expect(codeOf(() => parseInternalJson(JSON.stringify(definition), "/srv/internal.json"))).toBe(
      "BAD_DEFINITION",
    );
  });

  it("reads who may have the data", () => {
    const { access, realm } = parseInternalJson(
      JSON.stringify({
        commands: [reader],
        authorization: {
          user_in_group: ["team"],
          user_is: ["ann"],
          params: [{ key: "read.time.max", reference: "now", delta: "-1y6m", compare: "lt" }],
        },
        authentication: { securityRealm: "Pumps" },
      }),
      "/srv/internal.json",
    );
    expect(access).toEqual([
      { method: "group", name: "team" },
      { method: "user", name: "ann" },
      { method: "age", years: 1, months: 6, days: 0, hours: 0 },
    ]);
    expect(realm).toBe("Pumps");
  });
});

describe("whatever a request says", () => {
  const key = fc.constantFrom("read.opts", "read.apid", "bin.time.max", "__proto__", "constructor");
  const nasty = fc.oneof(
    fc.constantFrom("; rm -rf /", "$(id)", "`id`", "' -x '", '"', "| cat", "#[read.opts]", "@", "\\", "&&"),
    fc.string({ maxLength: 20 }),
  );
  const part = fc.oneof(
    fc.constantFrom("word", "'a b'", "-x"),
    key.map((name) => `#[${name} # @ # ]`),
    key.map((name) => `#[${name} # -o @ # ]`),
    key.map((name) => `pre-#[${name} # @ # none ]-post`),
    key.map((name) => `'#[${name} # @ # ]'`),
    key.map((name) => `#[${name}( |a|=) # -a @ # ]`),
  );

  it("stays inside the arguments that its template gives it: no word more, no text that is run", () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.dictionary(key, nasty, { maxKeys: 4 }),
        (parts, values) => {
          const template = ["rd", ...parts].join(" ");
          const definition = { commands: [{ label: "R", order: 1, template }] };
          let argv: string[] = [];
          const code = codeOf(() => {
            argv = argvs(definition, values)[0] ?? [];
          });
          // Keys that are no names of parameters are refused with the definition.
          if (code === "BAD_DEFINITION") return;
          expect(code).toBe("accepted");
          expect(argv[0]).toBe("rd");
          // `-o @` and `-a @` are two words of the administrator, everything else is one.
          const most = parts.reduce((sum, text) => sum + (/# -[oa] @/.test(text) ? 2 : 1), 1);
          expect(argv.length).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("chooses or refuses, and never fails otherwise", () => {
    const condition = fc.record(
      {
        key,
        value: fc.oneof(fc.integer(), fc.string({ maxLength: 3 })),
        compare: fc.constantFrom("eq", "ne", "gt", "lt", "ge", "le"),
      },
      { requiredKeys: ["key"] },
    );
    const command = fc.record(
      {
        label: fc.string({ maxLength: 5 }),
        order: fc.integer({ min: 0, max: 3 }),
        template: part.map((text) => `rd ${text}`),
        activation: fc.array(condition, { maxLength: 2 }),
        input: fc.constant({ type: "das" }),
        set: fc.array(fc.record({ key, value: nasty }), { maxLength: 2 }),
      },
      { requiredKeys: ["label", "order", "template"] },
    );
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 5 }),
        fc.dictionary(key, nasty, { maxKeys: 4 }),
        (commands, values) => {
          const code = codeOf(() => {
            const { commands: read, defaults } = parseInternalJson(
              JSON.stringify({ commands }),
              "/srv/internal.json",
            );
            chooseCommands(read, words(values), defaults.flex);
          });
          expect(["accepted", "BAD_PARAMETER", "BAD_DEFINITION"]).toContain(code);
        },
      ),
      { numRuns: 300 },
    );
  });
});
