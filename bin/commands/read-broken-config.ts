import type { Finding } from "../../cgi/status/finding.js";
import { type Config, type Environment, loadConfig } from "../../config/config.js";
import type { KeyDescriptor } from "../../config/key-types.js";
import { CONFIG_KEYS } from "../../config/keys.js";
import { describeProblem } from "../../config/problem.js";
import { type DasError, isDasError } from "../../errors/das-error.js";

/** A configuration as far as it can be read, and what is wrong with it. */
export interface BrokenConfig {
  readonly config: Config;
  readonly faults: readonly Finding[];
}

/**
 * Reads a configuration though some of its values are wrong: each of them is a finding, and counts as if it were not set, so that the rest
 * can be looked at. Errors: BAD_CONFIG where the file cannot be read, or is no configuration.
 */
export function readBrokenConfig(file: string | undefined, env: Environment): BrokenConfig {
  const faults: Finding[] = [];
  const unset: Record<string, string | undefined> = { ...env };
  for (;;) {
    try {
      const config = loadConfig({ ...(file === undefined ? {} : { file }), env: unset });
      return { config, faults };
    } catch (error) {
      const row = isDasError(error, "BAD_CONFIG") ? rowOf(error) : undefined;
      if (row === undefined || faults.some(({ name }) => name === row.key)) throw error;
      faults.push({
        name: row.key,
        state: "bad",
        says: describeProblem(error),
        advice: "Correct this value; the server does not start with it. Below, it counts as not set.",
      });
      // An empty variable wins over the file, and means the default, or nothing.
      unset[`HELIOSTREAM_${row.key}`] = "";
      if (row.env !== undefined) unset[row.env] = "";
    }
  }
}

function rowOf(error: DasError): KeyDescriptor | undefined {
  const { keyword } = error.where;
  return (CONFIG_KEYS as readonly KeyDescriptor[]).find(({ key }) => key === keyword);
}
