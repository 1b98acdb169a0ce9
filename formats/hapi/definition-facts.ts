import { basename, dirname } from "node:path";
import { loadDataSource } from "../../dsdf/load.js";
import type { HapiFacts } from "./info.js";
import { sourceFacts } from "./source-facts.js";

/** What a definition file says of its data. Errors: BAD_DEFINITION. */
export function definitionFacts(file: string): HapiFacts {
  const root = dirname(file);
  // Commands are not run here: it does not matter where their data are.
  const substitutions = new Map([
    ["DSDF_ROOT", root],
    ["DATA_ROOT", root],
  ]);
  const source = loadDataSource({ root, id: basename(file, ".dsdf") }, { substitutions });
  return sourceFacts(source, new Date());
}
