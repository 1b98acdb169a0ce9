import type { Environment } from "./config.js";
import type { KeyDescriptor } from "./key-types.js";
import { type AnyValue, readKeyValue, valueText } from "./key-value.js";

/**
 * Settings as variables, by which they reach a program: `HELIOSTREAM_<key>`, as they also overrule a configuration file.
 * What is not set has none.
 *
 * @param settings values by their fields
 */
export function settingsEnvironment(
  rows: readonly KeyDescriptor[],
  settings: Readonly<Record<string, AnyValue>>,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { key, field } of rows) {
    const value = settings[field];
    if (value !== undefined) env[variableOf(key)] = valueText(value);
  }
  return env;
}

/**
 * The settings that the variables tell, by their fields, defaults for those that are missing.
 * Errors: BAD_CONFIG naming the key.
 */
export function settingsOfEnvironment(
  rows: readonly KeyDescriptor[],
  env: Environment,
): Readonly<Record<string, AnyValue>> {
  return Object.fromEntries(
    rows.map((row) => {
      const text = env[variableOf(row.key)]?.trim() ?? "";
      return [row.field, readKeyValue(row, text === "" ? row.default : text, process.cwd(), {})] as const;
    }),
  );
}

function variableOf(key: string): string {
  return `HELIOSTREAM_${key}`;
}
