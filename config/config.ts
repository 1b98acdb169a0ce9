import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type ConfigLine, parseConfigFile } from "./config-file.js";
import type { KeyDescriptor, KeyValue } from "./key-types.js";
import { type AnyValue, readKeyValue, valueText } from "./key-value.js";
import { CONFIG_KEYS } from "./keys.js";
import { nearest } from "./nearest.js";
import { packageRoot } from "./package-root.js";
import { fileError } from "./problem.js";

/** A warning that concerns only what answers requests. */
export const NO_SERVER_URL = "SERVER_URL is not set: links and redirects are made from each request";

/** Variables of the environment, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Row = (typeof CONFIG_KEYS)[number];

/**
 * The configuration of a server: one field for each row of the table of keys, checked, paths absolute.
 * A plain value that entry points hand down. Source: das2-server 17.
 */
export type Config = { readonly [R in Row as R["field"]]: KeyValue<R["type"]> } & {
  /** The file it was read from; missing: defaults and environment only. */
  readonly file?: string;
  /** What `$(NAME)` in a definition may stand for; das2-server 12.2. */
  readonly substitutions: ReadonlyMap<string, string>;
  /** One line each, to be shown at start: unknown keys and keys without effect. */
  readonly warnings: readonly string[];
};

/** One value of the file or of the environment, with where it came from. */
interface Setting {
  readonly text: string;
  readonly folder: string;
  readonly file?: string;
  readonly line?: number;
}

/**
 * Reads and checks the configuration. The file is `file`, else the one that `HELIOSTREAM_CONFIG` names, else
 * `etc/das2server.conf` of the package where it exists, else none. A variable `HELIOSTREAM_<KEY>` wins over the
 * file (secrets need not stand in it), `HOST` and `PORT` win over both.
 *
 * Relative paths count from the folder of the file; in variables from the working directory; in defaults from the
 * package. Errors: BAD_CONFIG naming line, key and what was expected; the path is in `where`.
 */
export function loadConfig(options: { readonly file?: string; readonly env: Environment }): Config {
  const warnings: string[] = [];
  const file = options.file ?? options.env.HELIOSTREAM_CONFIG;
  const opened = openFile(file);
  const settings = new Map<string, Setting>();
  const strangers = new Map<string, string>();
  if (opened !== undefined) {
    const folder = dirname(opened.file);
    for (const { key, value, line } of opened.lines) {
      const row = ROWS.get(key);
      if (row === undefined) strangers.set(key, value);
      else settings.set(row.key, { text: value, folder, file: opened.file, line });
    }
  }
  for (const row of CONFIG_KEYS as readonly KeyDescriptor[]) {
    const text = variable(row, options.env);
    if (text !== undefined) settings.set(row.key, { text, folder: process.cwd() });
  }
  const values = readValues(settings);
  const config = Object.fromEntries(values) as unknown as Config; // complete: readValues has one entry for each row
  warnings.push(...strangerWarnings(strangers, config.dsdfSubstitute), ...inertWarnings(settings));
  // Without a file it is a first look on one's own machine, where requests say the right thing.
  if (opened !== undefined && config.serverUrl === undefined) warnings.push(NO_SERVER_URL);
  return Object.freeze({
    ...config,
    ...(opened === undefined ? {} : { file: opened.file }),
    substitutions: substitutions(values, strangers, config.dsdfSubstitute),
    warnings,
  });
}

const ROWS: ReadonlyMap<string, KeyDescriptor> = new Map(
  (CONFIG_KEYS as readonly KeyDescriptor[]).flatMap((row) =>
    [row.key, ...(row.aliases ?? [])].map((name): [string, KeyDescriptor] => [name, row]),
  ),
);

function openFile(wanted: string | undefined): { file: string; lines: ConfigLine[] } | undefined {
  const file =
    wanted === undefined || wanted === "" ? resolve(packageRoot(), "etc/das2server.conf") : resolve(wanted);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const absent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (absent && (wanted === undefined || wanted === "")) return undefined;
    const what = absent ? "the configuration file does not exist" : "the configuration file cannot be read";
    throw fileError(what, { file }, cause);
  }
  return { file, lines: parseConfigFile(bytes, file) };
}

function variable(row: KeyDescriptor, env: Environment): string | undefined {
  const short = row.env === undefined ? undefined : env[row.env];
  if (short !== undefined && short !== "") return short.trim();
  for (const name of [row.key, ...(row.aliases ?? [])]) {
    const text = env[`HELIOSTREAM_${name}`];
    if (text !== undefined) return text.trim();
  }
  return undefined;
}

function readValues(settings: ReadonlyMap<string, Setting>): Map<string, AnyValue> {
  const values = new Map<string, AnyValue>();
  for (const row of CONFIG_KEYS as readonly KeyDescriptor[]) {
    const setting = settings.get(row.key);
    const usesDefault = setting === undefined || (setting.text === "" && !EMPTY_COUNTS.has(row.type));
    const text = usesDefault ? row.default : setting.text;
    const folder = usesDefault ? packageRoot() : setting.folder;
    const place = setting?.file === undefined ? {} : { file: setting.file, line: setting.line ?? 0 };
    values.set(row.field, readKeyValue(row, text, folder, place));
  }
  return values;
}

/** Types for which an empty text is a value of its own; for the others it means the default. */
const EMPTY_COUNTS: ReadonlySet<string> = new Set([
  "optional text",
  "optional path",
  "optional url",
  "optional postgres",
  "paths",
  "words",
  "networks",
]);

function strangerWarnings(strangers: ReadonlyMap<string, string>, allowed: readonly string[]): string[] {
  const known = [...ROWS.keys()];
  const warnings: string[] = [];
  for (const key of strangers.keys()) {
    if (allowed.includes(key)) continue;
    if (/^(HANDLE|TASK)_/.test(key)) warnings.push(`${key} is ignored: handlers cannot be replaced`);
    else {
      const near = nearest(key, known);
      warnings.push(`unknown key ${key}${near === undefined ? "" : `, did you mean ${near}?`}`);
    }
  }
  return warnings;
}

function inertWarnings(settings: ReadonlyMap<string, Setting>): string[] {
  const names = (CONFIG_KEYS as readonly KeyDescriptor[])
    .filter((row) => row.inert === true && settings.has(row.key))
    .map((row) => row.key);
  return names.length === 0 ? [] : [`accepted, without effect in this version: ${names.join(", ")}`];
}

function substitutions(
  values: ReadonlyMap<string, AnyValue>,
  strangers: ReadonlyMap<string, string>,
  allowed: readonly string[],
): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const row of CONFIG_KEYS as readonly KeyDescriptor[]) {
    const names = [row.key, ...(row.aliases ?? [])];
    if (row.secret === true || !(row.substitutable === true || names.some((name) => allowed.includes(name))))
      continue;
    for (const name of names) result.set(name, valueText(values.get(row.field)));
  }
  for (const name of allowed) {
    const text = strangers.get(name);
    if (text !== undefined) result.set(name, text);
  }
  return result;
}
