import { PROGRAM_LOADERS as converters } from "../formats/index.js";
import { PROGRAM_LOADERS as readers } from "../readers/index.js";
import { PROGRAM_LOADERS as reducers } from "../reducers/index.js";
import type { Program } from "../stream/program.js";
import type { ProgramLookup } from "./options.js";

const LOADERS = new Map<string, () => Promise<Program>>([
  ...Object.entries(readers),
  ...Object.entries(reducers),
  ...Object.entries(converters),
  ["das2_from_das1", async () => (await import("./das1.js")).fromDas1],
]);

/**
 * The readers, reducers and converters that ship here, by the bare name under which a definition calls them. A
 * name with a path in it is never built in, so that a definition can always ask for another program.
 */
export const builtInProgram: ProgramLookup = (name) => LOADERS.get(name)?.();

/** All names that {@link builtInProgram} knows. */
export function builtInNames(): readonly string[] {
  return [...LOADERS.keys()];
}
