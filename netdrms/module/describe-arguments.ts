import type { ModuleDeclaration, ModuleValue } from "./declaration.js";
import type { ParsedArguments } from "./parse-arguments.js";

const SECRETS: readonly string[] = ["JSOC_DBPASSWD"];

/**
 * All parameters and flags with their values and where they came from, one a line, for `-V`; a password is not shown, and what is
 * neither given nor has a default is left out. Source: netdrms 7.3.
 */
export function describeArguments<D extends ModuleDeclaration>({
  values,
  standard,
  positionals,
  others,
  origins,
}: ParsedArguments<D>): readonly string[] {
  const own: Readonly<Record<string, ModuleValue>> = values;
  const common: Readonly<Record<string, ModuleValue>> = standard;
  const held = (key: string): ModuleValue => {
    if (!key.startsWith("-")) return own[key] ?? common[key];
    // A module may have a parameter `n`, and a flag in the place of a standard one.
    const flag = own[key.slice(1)];
    return typeof flag === "boolean" ? flag : common[key.slice(1)];
  };
  const named = [...origins].map(
    ([key, origin]) =>
      `${key} = ${SECRETS.includes(key) ? "(not shown)" : JSON.stringify(held(key))} (${origin})`,
  );
  return [
    ...named,
    ...[...others].map(([name, text]) => `${name} = ${JSON.stringify(text)}`),
    ...positionals.map((word, n) => `$${n + 1} = ${JSON.stringify(word)}`),
  ];
}
