import { readFileSync, writeSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { databaseUrl } from "../config/archive-settings.js";
import { loadConfig } from "../config/config.js";
import { packageRoot } from "../config/package-root.js";
import { asDasError } from "../errors/das-error.js";
import { failureDetail } from "../netdrms/module/failure-detail.js";
import type { ModuleHost, StorageSettings } from "../netdrms/module/module-host.js";

/** What programs of the archive have from their process. */
export type ArchiveProcess = Pick<
  ModuleHost,
  "argv" | "env" | "databaseUrl" | "storage" | "facts" | "serverCommand" | "log"
>;

/**
 * This process for a program of the archive.
 *
 * @param name of the program, before its messages
 * Errors: BAD_CONFIG.
 */
export function archiveProcess(name: string): ArchiveProcess {
  const config = loadConfig({ env: process.env });
  const url = databaseUrl(config, "drms");
  return {
    argv: process.argv.slice(2),
    env: process.env,
    ...(url === undefined ? {} : { databaseUrl: url }),
    storage: storageSettings(config.sumsUrl === undefined ? undefined : databaseUrl(config, "sums")),
    facts: {
      hostName: hostname(),
      pid: process.pid,
      userName: userName(),
      startedAt: new Date(Date.now() - performance.now()),
      softwareVersion: softwareVersion(),
    },
    // Programs are bundled into one folder.
    serverCommand: [process.execPath, join(import.meta.dirname, "drms_server")],
    log: (line) => say(`${name}: ${line}`),
  };
}

/** Takes a line to standard error, which may be closed or full; that is no reason to fail. */
export function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody can be told.
  }
}

/** Tells why a program ends that could not tell itself, with what those need who mend it. */
export function sayFailure(name: string, error: unknown): void {
  const failure = asDasError(error, "the program");
  say(`${name}: ${failure.message}`);
  for (const line of failureDetail(failure)) say(line);
}

function storageSettings(url: string | undefined): StorageSettings {
  return url === undefined ? {} : { url };
}

/** A user that the system has no name for has a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

/** `version(number)`, two digits of the number for each part; netdrms 2.3. */
function softwareVersion(): string {
  const about: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  const version =
    typeof about === "object" && about !== null && "version" in about ? String(about.version) : "0.0.0";
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return `${version}(${major * 10_000 + minor * 100 + patch})`;
}
