import { DasError } from "../../errors/das-error.js";
import { isList } from "./check-declaration.js";
import {
  type CollectedWords,
  collectWords,
  type GivenText,
  keyOf,
  type Origin,
  type ReadFile,
} from "./collect.js";
import { convertValue } from "./convert.js";
import type { Flag, ModuleDeclaration, ModuleValue, ModuleValues, Parameter } from "./declaration.js";
import { STANDARD_ARGUMENTS } from "./standard-arguments.js";
import { vocabularyOf } from "./vocabulary.js";

/** What a command line may draw on besides its words. */
export interface ArgumentSources {
  /** Environment variables; none count where it is absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads a parameter file, see `readParameterFile`; where it is absent `@file` is an error. */
  readonly readFile?: ReadFile;
}

/** Where the value of an argument came from. */
export type ValueOrigin = Origin | "environment" | "default";

/** A command line as a module sees it. */
export interface ParsedArguments<D extends ModuleDeclaration> {
  readonly values: ModuleValues<D>;
  /** The arguments that every module takes. */
  readonly standard: ModuleValues<typeof STANDARD_ARGUMENTS>;
  readonly positionals: readonly string[];
  /** Values of names that are not declared, where the module takes any; in the order in which they were first given. */
  readonly others: ReadonlyMap<string, string>;
  /** By `keyOf`: of each parameter and flag, the standard ones too; not of optional parameters that were not given. */
  readonly origins: ReadonlyMap<string, ValueOrigin>;
  /** Names in parameter files that this module does not know. */
  readonly unused: readonly string[];
}

/**
 * Reads the command line of a module. The value of a parameter is that of the request where it may have one, else of the command
 * line, else of a parameter file, else of the environment variable of its name where that is not empty, else the default.
 *
 * @param argv words behind the name of the program
 * Errors: USAGE naming the argument, what was given and what was expected; BAD_PARAMETER where a word of the request is wrong.
 * Source: netdrms 7.1 to 7.3.
 */
export function parseModuleArguments<D extends ModuleDeclaration>(
  declaration: D,
  argv: readonly string[],
  sources: ArgumentSources = {},
): ParsedArguments<D> {
  const words = collectWords(argv, vocabularyOf(declaration), sources.readFile);
  checkPositionals(declaration, words);
  const resolver = new Resolver(words, sources.env ?? {});
  const own = new Set(declaration.flags.map(({ name }) => name));
  // The entries are made from the very declaration that the type is computed from; the compiler cannot follow that.
  const values = resolver.valuesOf(declaration.params, declaration.flags) as ModuleValues<D>;
  const standard = resolver.valuesOf(
    STANDARD_ARGUMENTS.params,
    STANDARD_ARGUMENTS.flags,
    own,
  ) as ModuleValues<typeof STANDARD_ARGUMENTS>;
  return {
    values,
    standard,
    positionals: words.positionals,
    others: othersOf(words),
    origins: resolver.origins,
    unused: words.unused,
  };
}

function othersOf({ given }: CollectedWords): ReadonlyMap<string, string> {
  const mark = keyOf("other", "");
  return new Map(
    [...given].flatMap(([key, { text }]) => (key.startsWith(mark) ? [[key.slice(mark.length), text]] : [])),
  );
}

function checkPositionals({ positionals = [] }: ModuleDeclaration, words: CollectedWords): void {
  for (const [n, { name, about, optional }] of positionals.entries())
    if (!optional && n >= words.positionals.length)
      throw new DasError("USAGE", `Mandatory argument ${name} is missing, expected ${about}`);
}

/** Chooses, for one name after the other, whose text counts. */
class Resolver {
  readonly origins = new Map<string, ValueOrigin>();
  readonly #words: CollectedWords;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(words: CollectedWords, env: Readonly<Record<string, string | undefined>>) {
    this.#words = words;
    this.#env = env;
  }

  /** @param overridden flags whose letters mean something else to the module; they are not set */
  valuesOf(
    params: readonly Parameter[],
    flags: readonly Flag[],
    overridden: ReadonlySet<string> = new Set(),
  ): Readonly<Record<string, ModuleValue>> {
    const entries: [string, ModuleValue][] = [];
    for (const parameter of params) {
      const value = this.#value(parameter);
      entries.push([parameter.name, value]);
      if (isList(parameter.type)) entries.push(...listEntries(parameter.name, value));
    }
    for (const flag of flags) entries.push([flag.name, !overridden.has(flag.name) && this.#isSet(flag)]);
    return Object.fromEntries(entries);
  }

  #value(parameter: Parameter): ModuleValue {
    const { name, type, about, optional } = parameter;
    const found =
      this.#words.given.get(name) ?? (parameter.notFromEnvironment ? undefined : this.#variable(name));
    if (found !== undefined) {
      this.origins.set(name, found.origin);
      return convertValue(parameter, found.text, found.origin === "request" ? "BAD_PARAMETER" : "USAGE");
    }
    if (parameter.default !== undefined) {
      this.origins.set(name, "default");
      return convertValue(parameter, String(parameter.default), "USAGE");
    }
    if (optional) return undefined;
    throw new DasError("USAGE", `Mandatory parameter ${name} is missing, expected ${name}=${type}: ${about}`);
  }

  #isSet({ name, fromEnvironment }: Flag): boolean {
    const key = keyOf("flag", name);
    const found = this.#words.given.get(key) ?? (fromEnvironment ? this.#variable(name) : undefined);
    this.origins.set(key, found?.origin ?? "default");
    if (found === undefined || found.text === "0") return false;
    if (found.text === "1") return true;
    throw new DasError("USAGE", `flag ${name} = ${JSON.stringify(found.text.slice(0, 60))}, expected 0 or 1`);
  }

  /** An environment variable that is set to nothing is not given. */
  #variable(name: string): (Omit<GivenText, "origin"> & { readonly origin: ValueOrigin }) | undefined {
    const text = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
    return text === undefined || text === "" ? undefined : { text, origin: "environment" };
  }
}

/** `lat_nvals`, `lat_0_value`, …; netdrms 7.2. */
function listEntries(name: string, value: ModuleValue): [string, ModuleValue][] {
  const elements = typeof value === "object" ? value : [];
  return [
    [`${name}_nvals`, elements.length],
    ...elements.map((element, n): [string, ModuleValue] => [`${name}_${n}_value`, element]),
  ];
}
