import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findProgram } from "./system-programs.js";

/**
 * Before the whole-system tests: has the project's script install what is missing. Where it may not, it prints the command to run,
 * and the tests that need the program are skipped by name (with `CI=true` they fail).
 */
export default function installPrograms(): void {
  if (findProgram("apache") !== undefined && findProgram("chromium") !== undefined) return;
  spawnSync("sh", [join(import.meta.dirname, "../../scripts/install-system.sh")], { stdio: "inherit" });
}
