import { readFileSync } from "node:fs";
import { DasError } from "../errors/das-error.js";
import type { Config, Environment } from "./config.js";
import { settingsEnvironment, settingsOfEnvironment } from "./key-variables.js";
import { ARCHIVE_KEYS } from "./keys-archive.js";

/**
 * What programs of the archive are told: the fields of the table of keys, as a configuration has them. Without `drmsUrl`
 * there is no archive. Times: `drmsStatementTimeout` in seconds, `drmsStagingRetention` in days.
 */
export type ArchiveSettings = Pick<Config, (typeof ARCHIVE_KEYS)[number]["field"]>;

/** The variable by which programs of the archive learn in which folder checksums of exported files are kept; without it none are. */
export const EXPORT_SUMS_VARIABLE = "HELIOSTREAM_EXPORT_SUMS";

/** Longest password, bytes. */
const MAX_PASSWORD_BYTES = 4096;

/**
 * The settings as variables, by which they reach a program: `HELIOSTREAM_<key>`, as they also overrule a configuration
 * file. What is not set has none. A password file is named, not opened.
 */
export function archiveEnvironment(settings: ArchiveSettings): Readonly<Record<string, string>> {
  return settingsEnvironment(ARCHIVE_KEYS, settings);
}

/**
 * The settings that the variables tell, defaults for those that are missing; a program reads them from the
 * `env` of its context, whether it is a process or runs inside the server.
 * Errors: BAD_CONFIG naming the key; of an address that may hold a password the value is never shown.
 */
export function archiveSettings(env: Environment): ArchiveSettings {
  return settingsOfEnvironment(ARCHIVE_KEYS, env) as unknown as ArchiveSettings; // complete: one entry for each row
}

/**
 * The URL of the database of the series, or of the storage units, with the password of the file where one is named: for the
 * connection only, never for a message. `undefined` where there is no archive.
 * Errors: BAD_CONFIG where the password file cannot be used.
 */
export function databaseUrl(settings: ArchiveSettings, which: "drms" | "sums"): string | undefined {
  const url = which === "sums" ? (settings.sumsUrl ?? settings.drmsUrl) : settings.drmsUrl;
  const { drmsPasswordFile: file } = settings;
  if (url === undefined || file === undefined) return url;
  // As a parameter: a URL without a host has no other place for it, and this one is read first.
  const mark = url.indexOf("?");
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  query.set("password", readPassword(file));
  return `${mark < 0 ? url : url.slice(0, mark)}?${query.toString().replaceAll("+", "%20")}`;
}

function readPassword(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw passwordError("cannot be read", file, cause);
  }
  const text = bytes.length > MAX_PASSWORD_BYTES ? "" : bytes.toString("utf8").replace(/\r?\n$/, "");
  if (text === "" || /[\0\r\n]/.test(text)) throw passwordError("does not hold one line, the password", file);
  return text;
}

function passwordError(what: string, file: string, cause?: unknown): DasError {
  return new DasError("BAD_CONFIG", `DRMS_PASSWORD_FILE: the file ${what}`, { file }, cause);
}
