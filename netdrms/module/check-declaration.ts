import { asDasError, DasError } from "../../errors/das-error.js";
import { convertValue } from "./convert.js";
import type { ModuleDeclaration, Parameter } from "./declaration.js";
import { parseRange } from "./range.js";
import { RESERVED_FLAGS, STANDARD_ARGUMENTS } from "./standard-arguments.js";

/**
 * The declaration as it is, its literal names and types kept so that the values of `parseModuleArguments` get exact types; what is
 * wrong with it shows when its file is loaded, not when somebody runs the module.
 *
 * Errors: INTERNAL for a name that is bad, given twice or reserved, a default that its own parameter does not take, a range or a
 * list of words that admits nothing.
 */
export function declareArguments<const D extends ModuleDeclaration>(declaration: D): D {
  const names = new Set<string>(STANDARD_ARGUMENTS.params.map(({ name }) => name));
  const claim = (name: string): void => {
    if (!/^[A-Za-z]\w*$/.test(name)) throw wrong(declaration, `${name} is no name`);
    if (names.has(name)) throw wrong(declaration, `${name} is there twice`);
    names.add(name);
  };
  for (const parameter of declaration.params) {
    claim(parameter.name);
    checkParameter(declaration, parameter);
  }
  for (const { name } of declaration.flags) {
    claim(name);
    if (RESERVED_FLAGS.includes(name)) throw wrong(declaration, `-${name} is reserved`);
  }
  for (const { name, type } of declaration.params)
    if (isList(type)) for (const other of names) checkListName(declaration, name, other);
  checkPositionals(declaration);
  return declaration;
}

/** Whether values of the type are lists. */
export function isList(type: Parameter["type"]): boolean {
  return type === "INTS" || type === "FLOATS" || type === "DOUBLES" || type === "STRINGS";
}

function checkParameter(declaration: ModuleDeclaration, parameter: Parameter): void {
  if ("range" in parameter && parameter.range !== undefined && parseRange(parameter.range) === undefined)
    throw wrong(declaration, `range ${parameter.range} of ${parameter.name} holds no number`);
  if (parameter.type === "NUME" && parameter.values.length === 0)
    throw wrong(declaration, `${parameter.name} has no values`);
  if (parameter.default === undefined) return;
  if (parameter.optional) throw wrong(declaration, `${parameter.name} is optional and has a default`);
  try {
    convertValue(parameter, String(parameter.default), "USAGE");
  } catch (error) {
    throw wrong(declaration, `default of ${asDasError(error, parameter.name).message}`);
  }
}

/** A list `lat` also defines `lat_nvals` and `lat_0_value`, so nothing else may have such a name. */
function checkListName(declaration: ModuleDeclaration, list: string, other: string): void {
  if (other.startsWith(`${list}_`) && /^(?:nvals|\d+_value)$/.test(other.slice(list.length + 1)))
    throw wrong(declaration, `${other} is defined by the list ${list}`);
}

function checkPositionals(declaration: ModuleDeclaration): void {
  const positionals = declaration.positionals ?? [];
  for (const [n, { name, many, optional }] of positionals.entries()) {
    if (many && n < positionals.length - 1) throw wrong(declaration, `${name} takes all and is not last`);
    if (!optional && n > 0 && positionals[n - 1]!.optional)
      throw wrong(declaration, `${name} must be given and follows one that need not`);
  }
  // Where the words of the request begin must not depend on what they are.
  const varies = positionals.length === 0 || positionals.some(({ many, optional }) => many || optional);
  if (declaration.requestWords && varies)
    throw wrong(declaration, "words of a request follow positional arguments of no fixed number");
}

function wrong({ name }: ModuleDeclaration, what: string): DasError {
  return new DasError("INTERNAL", `declaration of ${name}: ${what}`);
}
