import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { packageRoot } from "../../../config/package-root.js";
import { DasError } from "../../../errors/das-error.js";
import { reachableFolder } from "../../postgres/data-folder.js";

/** Variable that says where the sample archive is kept. */
export const SAMPLE_FOLDER_VARIABLE = "HELIOSTREAM_SAMPLE_DIR";

/** A partition's path has at most 59 characters (netdrms 3.1), of which {@link partitionName} takes 12 with its slash. */
const MAX_FOLDER = 47;

/** Name of the folder of storage units of an archive with this fingerprint. */
export function partitionName(fingerprint: string): string {
  return `SUM${fingerprint}`;
}

/**
 * Where the sample archive is kept: the folder that {@link SAMPLE_FOLDER_VARIABLE} names, else the first fit one of `var/sample` in the package, the
 * cache of the user, and `/var/tmp`. It need not be there.
 *
 * Errors: BAD_CONFIG for a folder that was named and is not fit, and where none is; those of `reachableFolder`.
 */
export async function chooseSampleFolder(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const named = env[SAMPLE_FOLDER_VARIABLE]?.trim() ?? "";
  const candidates = named === "" ? usualFolders(env) : [resolve(named)];
  const fit: string[] = [];
  for (const candidate of candidates)
    if (isShort(candidate) && (await canBeMade(candidate))) fit.push(candidate);
  const folder = fit.length === 0 ? undefined : await reachableFolder(fit);
  if (folder !== undefined) return folder;
  const problem =
    fit.length === 0
      ? `a path of at most ${MAX_FOLDER} characters without blanks, where this user may write`
      : "one that the user whom the database is run as can enter";
  throw new DasError(
    "BAD_CONFIG",
    named === ""
      ? `no folder for the sample archive: ${SAMPLE_FOLDER_VARIABLE} has to name one, ${problem}`
      : `${SAMPLE_FOLDER_VARIABLE}: the folder for the sample archive, expected ${problem}`,
    { folders: candidates.join(" ") },
  );
}

function usualFolders({ XDG_CACHE_HOME }: Readonly<Record<string, string | undefined>>): readonly string[] {
  const cache = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : join(homedir(), ".cache");
  return [
    join(packageRoot(), "var/sample"),
    join(cache, "heliostream/sample"),
    `/var/tmp/heliostream-${process.getuid?.() ?? 0}/sample`,
  ];
}

function isShort(folder: string): boolean {
  return folder.length <= MAX_FOLDER && /^\/[\x21-\x7e]*$/.test(folder);
}

/** Whether this user may write into the folder, or else into the nearest one above it that is there. */
async function canBeMade(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isMissing && dirname(folder) !== folder && canBeMade(dirname(folder));
  }
}
