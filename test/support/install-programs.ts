import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hasServerPrograms } from "../../netdrms/postgres/server-programs.js";
import { findDrmsPython } from "./drms-client.js";
import { findProgram } from "./system-programs.js";

/**
 * Before the tests: has the project's script install what is missing. Where it may not, it prints the command to run,
 * and the tests that need the program are skipped by name (with `CI=true` they fail).
 */
export default function installPrograms(): void {
  const wanted = ["apache", "chromium", "fpack", "funpack", "redis"] as const;
  const hasPostgres = hasServerPrograms() || (process.env.HELIOSTREAM_TEST_POSTGRES ?? "") !== "";
  const hasPrograms = wanted.every((program) => findProgram(program) !== undefined);
  if (hasPostgres && hasPrograms && findDrmsPython() !== undefined) return;
  spawnSync("sh", [join(import.meta.dirname, "../../scripts/install-system.sh")], { stdio: "inherit" });
}
