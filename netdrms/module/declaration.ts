/** What is common to all parameters of a module. */
interface ParameterBase {
  /** Letters, digits and `_`, a letter first; case counts. */
  readonly name: string;
  /** One line for people: what it is, its unit. */
  readonly about: string;
  /** What holds where nothing is given, as text of the parameter's type; without it the parameter must be given. */
  readonly default?: string | number;
  /** Need not be given although it has no default; its value is `undefined` then. */
  readonly optional?: true;
  /** A word behind the positional arguments may set it, see {@link ModuleDeclaration.requestWords}. */
  readonly fromRequest?: true;
  /** An environment variable of the name does not count. */
  readonly notFromEnvironment?: true;
}

/** One number; `range` such as `[0,100)` bounds it, see `parseRange`. */
export interface NumberParameter extends ParameterBase {
  readonly type: "INT" | "FLOAT" | "DOUBLE";
  readonly range?: string;
}

/** Numbers, comma-separated, in brackets or not; `range` bounds each. */
export interface NumberListParameter extends ParameterBase {
  readonly type: "INTS" | "FLOATS" | "DOUBLES";
  readonly range?: string;
}

/** Text; DATASET is a record-set query, DATASERIES the name of a series. */
export interface TextParameter extends ParameterBase {
  readonly type: "STRING" | "DATASET" | "DATASERIES";
}

/** Texts, comma-separated, in brackets or not. */
export interface TextListParameter extends ParameterBase {
  readonly type: "STRINGS";
}

/** A time as netdrms 5.2 accepts it. */
export interface TimeParameter extends ParameterBase {
  readonly type: "TIME";
}

/** One of a fixed list of words; the value is its place in the list, from 0. */
export interface ChoiceParameter extends ParameterBase {
  readonly type: "NUME";
  readonly values: readonly string[];
}

/** A parameter of a module. Source: netdrms 7.2. */
export type Parameter =
  | NumberParameter
  | NumberListParameter
  | TextParameter
  | TextListParameter
  | TimeParameter
  | ChoiceParameter;

/** The type FLAG: one letter, given as `-a`, or a longer name, given as `--name`. */
export interface Flag {
  readonly name: string;
  readonly about: string;
  /** An environment variable of the name, `1` or `0`, counts. */
  readonly fromEnvironment?: true;
}

/** An argument that has no name but a place. */
export interface Positional {
  /** For messages and the usage. */
  readonly name: string;
  readonly about: string;
  /** Only behind those that must be given. */
  readonly optional?: true;
  /** Takes all that follow; only the last one can. */
  readonly many?: true;
}

/** What a module takes on its command line. Source: netdrms 7.1, 7.2. */
export interface ModuleDeclaration {
  /** The name of the program. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  readonly params: readonly Parameter[];
  readonly flags: readonly Flag[];
  /** None where it is absent. */
  readonly positionals?: readonly Positional[];
  /** Takes `NAME=VALUE` of names that are not declared, such as keywords of a series; what they are, for people. */
  readonly otherNames?: string;
  /**
   * What follows the last positional argument comes from a request: `name=value` of parameters that say `fromRequest`, and
   * nothing else; neither flags nor parameter files.
   */
  readonly requestWords?: true;
}

/** The value that each type of parameter has in the program; TIME is seconds since 1977.01.01_00:00:00_TAI. */
interface ValueOfType {
  readonly INT: number;
  readonly FLOAT: number;
  readonly DOUBLE: number;
  readonly TIME: number;
  readonly STRING: string;
  readonly DATASET: string;
  readonly DATASERIES: string;
  readonly NUME: number;
  readonly INTS: readonly number[];
  readonly FLOATS: readonly number[];
  readonly DOUBLES: readonly number[];
  readonly STRINGS: readonly string[];
}

type ValueOf<P extends Parameter> =
  | ValueOfType[P["type"]]
  | (P extends { readonly optional: true } ? undefined : never);

type ListOf<D extends ModuleDeclaration> = Extract<
  D["params"][number],
  NumberListParameter | TextListParameter
>;

/**
 * The values of a module's arguments by name, each of its exact type: flags are booleans; a list `lat` comes with its length
 * `lat_nvals` and its elements `lat_0_value`, `lat_1_value`, … (netdrms 7.2).
 */
export type ModuleValues<D extends ModuleDeclaration> = {
  readonly [P in D["params"][number] as P["name"]]: ValueOf<P>;
} & { readonly [F in D["flags"][number] as F["name"]]: boolean } & {
  readonly [P in ListOf<D> as `${P["name"]}_nvals`]: number;
} & {
  readonly [P in ListOf<D> as `${P["name"]}_${number}_value`]?: ValueOfType[P["type"]][number];
};

/** Any value of {@link ModuleValues}. */
export type ModuleValue = number | string | boolean | readonly number[] | readonly string[] | undefined;
