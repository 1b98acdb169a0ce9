import type { Config } from "../../config/config.js";
import { loadConfig, NO_SERVER_URL } from "../../config/config.js";
import { SourceTree } from "../../dsdf/tree.js";

/** The configuration of a command that answers no requests, its warnings shown on standard error. */
export function commandConfig(file: string | undefined, env: NodeJS.ProcessEnv = process.env): Config {
  const config = loadConfig({ ...(file === undefined ? {} : { file }), env });
  for (const warning of config.warnings)
    if (warning !== NO_SERVER_URL) console.error(`heliostream: ${warning}`);
  return config;
}

/** The tree of definitions of a configuration, or of other roots with that configuration. */
export function sourceTree(config: Config, roots: readonly string[] = config.dsdfRoot): SourceTree {
  return new SourceTree({ roots, substitutions: config.substitutions });
}
