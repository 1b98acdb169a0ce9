import type { Config } from "../../config/config.js";
import { loadConfig } from "../../config/config.js";
import { SourceTree } from "../../dsdf/tree.js";

/** The configuration that a command works with, its warnings shown on standard error. */
export function commandConfig(file: string | undefined, env: NodeJS.ProcessEnv = process.env): Config {
  const config = loadConfig({ ...(file === undefined ? {} : { file }), env });
  for (const warning of config.warnings) console.error(`heliostream: ${warning}`);
  return config;
}

/** The tree of definitions of a configuration, or of other roots with that configuration. */
export function sourceTree(config: Config, roots: readonly string[] = config.dsdfRoot): SourceTree {
  return new SourceTree({ roots, substitutions: config.substitutions });
}
