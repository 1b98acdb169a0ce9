import { nearest } from "../../config/nearest.js";
import type { Flag, ModuleDeclaration, Parameter, Positional } from "./declaration.js";
import { STANDARD_ARGUMENTS } from "./standard-arguments.js";

/** The names that a module knows, its own and those of every module. */
export interface Vocabulary {
  readonly params: ReadonlyMap<string, Parameter>;
  /** A module's own flag stands in the place of a standard one of the same letter. */
  readonly flags: ReadonlyMap<string, Flag>;
  readonly positionals: readonly Positional[];
  readonly requestWords: boolean;
  readonly otherNames: boolean;
}

/** The vocabulary of a declaration. */
export function vocabularyOf(declaration: ModuleDeclaration): Vocabulary {
  return {
    params: byName([...STANDARD_ARGUMENTS.params, ...declaration.params]),
    flags: byName([...STANDARD_ARGUMENTS.flags, ...declaration.flags]),
    positionals: declaration.positionals ?? [],
    requestWords: declaration.requestWords ?? false,
    otherNames: declaration.otherNames !== undefined,
  };
}

function byName<T extends { readonly name: string }>(members: readonly T[]): ReadonlyMap<string, T> {
  return new Map(members.map((member) => [member.name, member]));
}

/** The flag that `--name` means: of that name, else of that name in another case where there is only one. Source: netdrms 7.1. */
export function findLongFlag({ flags }: Vocabulary, name: string): Flag | undefined {
  const exact = flags.get(name);
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  const found = [...flags.values()].filter((flag) => flag.name.toLowerCase() === wanted);
  return found.length === 1 ? found[0] : undefined;
}

/** Behind a message about an unknown name: the name that was meant, where one is near. */
export function meant({ params, flags }: Vocabulary, name: string): string {
  // One letter is as near to any other.
  if (name.length < 2) return "";
  const near = nearest(name, [...params.keys(), ...[...flags.keys()].filter((flag) => flag.length > 1)]);
  return near === undefined ? "" : `; is ${near} meant?`;
}
