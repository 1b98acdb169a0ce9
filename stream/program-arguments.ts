import { DasError } from "../errors/das-error.js";

/** One option of a program. */
export interface OptionSpec {
  /** Every spelling, dashes included: `["-b", "--begin"]`. */
  readonly names: readonly string[];
  /** What its value is, for messages (`"a time"`); absent for a flag. */
  readonly takes?: string;
}

/** The options of a program by the key under which the result gives them. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What a command line says: `true` or `false` for a flag, all values given (in order) for an option that takes one. */
export interface ParsedArguments<T extends OptionTable> {
  readonly options: { readonly [K in keyof T]: T[K] extends { takes: string } ? readonly string[] : boolean };
  /** As many as were asked for. */
  readonly positionals: readonly string[];
}

const NEGATIVE_NUMBER = /^-(?:\d|\.\d)/;

/**
 * Reads the arguments of a program. Options come before the positionals: the first word that is no option, a
 * negative number, or whatever follows `--` ends them. Accepted forms are `-b VALUE`, `-bVALUE`, `--begin VALUE`,
 * `--begin=VALUE` and joined flags (`-rs`).
 *
 * @param positionals the name of each positional argument, in order; all are needed
 * @param optional the names of those that may follow
 * Errors: USAGE for an unknown option, a missing or needless value, or another number of positionals.
 * Source: reducers 1.1.
 */
export function parseArguments<const T extends OptionTable>(
  args: readonly string[],
  table: T,
  positionals: readonly string[],
  optional: readonly string[] = [],
): ParsedArguments<T> {
  const byName = new Map<string, string>();
  const found: Record<string, boolean | string[]> = {};
  for (const [key, spec] of Object.entries(table)) {
    for (const name of spec.names) byName.set(name, key);
    found[key] = spec.takes === undefined ? false : [];
  }

  let at = 0;
  const take = (name: string, inline: string | undefined): boolean => {
    const key = byName.get(name);
    const spec = key === undefined ? undefined : table[key];
    if (key === undefined || spec === undefined) throw usage(`unknown option "${clip(name)}"`);
    if (spec.takes === undefined) {
      found[key] = true;
      return false;
    }
    const value = inline ?? args[at++];
    if (value === undefined) throw usage(`option "${name}" needs ${spec.takes}`);
    (found[key] as string[]).push(value); // an option that takes a value was given a list above
    return true;
  };

  while (at < args.length) {
    const word = args[at]!;
    if (!word.startsWith("-") || word === "-" || NEGATIVE_NUMBER.test(word)) break;
    at++;
    if (word === "--") break;
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const inline = equals < 0 ? undefined : word.slice(equals + 1);
      if (!take(equals < 0 ? word : word.slice(0, equals), inline) && inline !== undefined)
        throw usage(
          `option "${clip(word.slice(0, equals))}" takes no value, but "${clip(inline)}" was given`,
        );
      continue;
    }
    for (let i = 1; i < word.length; i++)
      if (take(`-${word[i]}`, i + 1 < word.length ? word.slice(i + 1) : undefined)) break;
  }

  const rest = args.slice(at);
  if (rest.length < positionals.length || rest.length > positionals.length + optional.length) {
    const names = [...positionals, ...optional.map((name) => `[${name}]`)];
    throw usage(
      names.length === 0
        ? `${rest.length} arguments given, expected none`
        : `${rest.length} positional arguments given, expected ${names.length}: ${names.join(" ")}`,
    );
  }
  return { options: found as ParsedArguments<T>["options"], positionals: rest }; // filled from the table above
}

/** The last value of an option that may be given more than once, or `undefined` where it was not given. */
export function lastValue(values: readonly string[]): string | undefined {
  return values[values.length - 1];
}

/**
 * The real number that an argument spells (decimal, exponent allowed).
 * @param limits what is legal beyond being finite, with the words that say so
 * Errors: USAGE.
 */
export function realArgument(
  text: string,
  name: string,
  limits: { readonly accepts: (value: number) => boolean; readonly expected: string },
): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value) || !limits.accepts(value))
    throw usage(`${name} is "${clip(text)}", expected ${limits.expected}`);
  return value;
}

/** The positive real number that an argument spells. Errors: USAGE. */
export function positiveArgument(text: string, name: string): number {
  return realArgument(text, name, { accepts: (value) => value > 0, expected: "a number above 0" });
}

/** The whole number from `min` to `max`, both included, that an argument spells. Errors: USAGE. */
export function integerArgument(text: string, name: string, min: number, max: number): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw usage(`${name} is "${clip(text)}", expected a whole number from ${min} to ${max}`);
  return value;
}

/** The error for arguments that cannot be used; ends a program with exit code 13. */
export function usage(message: string): DasError {
  return new DasError("USAGE", message);
}

/** A word from outside, short enough for a message. */
function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
