import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs of the system that tests run, with the Debian package of each and the names it may have. */
const PROGRAMS = {
  apache: { package: "apache2", names: ["apache2", "httpd"], variable: "APACHE" },
  chromium: {
    package: "chromium",
    names: ["chromium", "chromium-browser", "google-chrome"],
    variable: "CHROMIUM",
  },
  fpack: { package: "libcfitsio-bin", names: ["fpack"], variable: "FPACK" },
  funpack: { package: "libcfitsio-bin", names: ["funpack"], variable: "FUNPACK" },
  nginx: { package: "nginx-light", names: ["nginx"], variable: "NGINX" },
  redis: { package: "redis-server", names: ["redis-server"], variable: "REDIS_SERVER" },
} as const;

/** A program of the system. */
export type SystemProgram = keyof typeof PROGRAMS;

/** Places of programs that are not always on the PATH. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program: the variable of its name in the environment (`APACHE`, `REDIS_SERVER`, …), else on the PATH. */
export function findProgram(program: SystemProgram): string | undefined {
  const { names, variable } = PROGRAMS[program];
  const named = process.env[variable];
  if (named !== undefined && named !== "") return isExecutable(named) ? named : undefined;
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...MORE_FOLDERS];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** What a test needs to know: the path, or why it is skipped. */
export interface ProgramForTest {
  readonly path: string;
  readonly missing: boolean;
  /** Title for a suite; says why it is skipped where it is. */
  title(text: string): string;
}

/**
 * Finds a program for a test suite. Absent: the suite is to be skipped by name and reason
 * (`describe.skipIf(program.missing)`); where `CI` is true, absence is an error.
 */
export function programForTest(program: SystemProgram): ProgramForTest {
  const path = findProgram(program);
  const hint = `${PROGRAMS[program].package} is not installed (scripts/install-system.sh installs it)`;
  if (path === undefined && process.env.CI === "true") throw new Error(hint);
  return {
    path: path ?? "",
    missing: path === undefined,
    title: (text) => (path === undefined ? `${text} [skipped: ${hint}]` : text),
  };
}
