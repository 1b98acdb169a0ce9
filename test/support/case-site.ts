import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../../config/config.js";
import { loadConfig } from "../../config/config.js";

/** Folder of the definitions, programs and files that the request cases speak of. */
export const CASE_SITE = join(import.meta.dirname, "../cases/site");

/** The settings of the server that answers the request cases, as variables of the environment. */
export function caseEnvironment(
  logPath: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    HELIOSTREAM_CONFIG: join(CASE_SITE, "das2server.conf"),
    HELIOSTREAM_BIN_PATH: `${join(CASE_SITE, "programs")}:${dirname(process.execPath)}`,
    HELIOSTREAM_LOG_PATH: logPath,
    ...more,
  };
}

/** A configuration of that server with a log folder of its own. */
export function caseConfig(more: Readonly<Record<string, string>> = {}): { config: Config; dispose(): void } {
  const logPath = mkdtempSync(join(tmpdir(), "heliostream-log-"));
  const config = loadConfig({ env: caseEnvironment(logPath, { LISTEN_PORT: "0", PORT: "0", ...more }) });
  return { config, dispose: () => rmSync(logPath, { recursive: true, force: true }) };
}
