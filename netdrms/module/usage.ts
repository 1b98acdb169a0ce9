import type { Flag, ModuleDeclaration, Parameter } from "./declaration.js";
import { STANDARD_ARGUMENTS } from "./standard-arguments.js";

/** What a command line may ask for instead of a run. */
export type Question = "help" | "version";

/**
 * Whether the command line asks for the usage (`-H`, `--help`) or the version (`--jsocmodver`), wherever that stands and whatever
 * else is missing or wrong. Source: netdrms 7.3.
 */
export function moduleQuestion(argv: readonly string[]): Question | undefined {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  // A word behind `name=` is a value.
  const own = words.filter((_, n) => !words[n - 1]?.endsWith("="));
  if (own.some((word) => /^-(?![-\d]).*H/.test(word) || /^--help$/i.test(word))) return "help";
  return own.some((word) => /^--jsocmodver$/i.test(word)) ? "version" : undefined;
}

/** The usage of a module: how it is called, its flags, its parameters with types, ranges and defaults. Source: netdrms 7.3. */
export function usageText(declaration: ModuleDeclaration): string {
  const { name, summary, params, flags, positionals = [], requestWords, otherNames } = declaration;
  const own = new Set(flags.map((flag) => flag.name));
  const standardFlags = STANDARD_ARGUMENTS.flags.filter((flag) => !own.has(flag.name));
  const call = [
    name,
    "[-FLAGS]",
    "[NAME=VALUE]...",
    "[@FILE]",
    ...positionals.map((positional) => {
      const form = `${positional.name}${positional.many ? "..." : ""}`;
      return positional.optional ? `[${form}]` : form;
    }),
    ...(requestWords || otherNames !== undefined ? ["[NAME=VALUE]..."] : []),
  ];
  return [
    `usage: ${call.join(" ")}`,
    "",
    summary,
    ...section("flags", flags.map(flagRow)),
    ...section("parameters", params.map(parameterRow)),
    ...section(
      "arguments",
      positionals.map((positional) => [positional.name, positional.about]),
    ),
    ...section("other names", otherNames === undefined ? [] : [["NAME", otherNames]]),
    ...section("flags of all modules", standardFlags.map(flagRow)),
    ...section("parameters of all modules", STANDARD_ARGUMENTS.params.map(parameterRow)),
    "",
  ].join("\n");
}

function flagRow({ name, about }: Flag): readonly string[] {
  return [name.length === 1 ? `-${name}` : `--${name}`, about];
}

function parameterRow(parameter: Parameter): readonly string[] {
  const { name, type, about, optional } = parameter;
  const facts = [
    "range" in parameter && parameter.range !== undefined ? `in ${parameter.range}` : "",
    parameter.type === "NUME" ? `one of ${parameter.values.join(", ")}` : "",
    parameter.default === undefined ? "" : `default ${JSON.stringify(parameter.default)}`,
    parameter.default === undefined && !optional ? "mandatory" : "",
    parameter.fromRequest ? "a request may set it" : "",
  ].filter((fact) => fact !== "");
  return [name, type, facts.length === 0 ? about : `${about} (${facts.join("; ")})`];
}

/** A titled table, its columns aligned; nothing where it has no rows. */
function section(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join("  ")}`,
  );
  return ["", `${title}:`, ...lines];
}
