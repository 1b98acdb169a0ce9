import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import {
  type ArchiveSettings,
  archiveEnvironment,
  EXPORT_SUMS_VARIABLE,
} from "../config/archive-settings.js";
import { packageRoot } from "../config/package-root.js";
import { type PeerSettings, peerEnvironment } from "../config/peer-settings.js";
import type { Grants } from "./options.js";

/** Programs that work on the archive begin so; no other program that ships here does. */
const ARCHIVE_PROGRAM = /^drms-/;
/** Programs that read from servers elsewhere. */
const PEER_PROGRAM = /^hapi-reader$/;

/**
 * Gives the settings of the archive to the programs that ship here and work on it, and to no other: they may hold a password, and
 * a reader that somebody else has written has no use for it. A program that is spawned counts as one of ours by where its file
 * really is, never by its name alone.
 *
 * @param settings variables, as `archiveEnvironment()` makes them
 * @param folder of the programs that ship here; default `dist/programs` of the package
 */
export function archiveGrants(settings: Readonly<Record<string, string>>, folder?: string): Grants {
  return shippedGrants(ARCHIVE_PROGRAM, settings, folder);
}

/**
 * What the programs that ship here get of a configuration: those of the archive its settings and the folder where they keep
 * checksums, those that read from servers elsewhere the list of these. Everything else gets nothing.
 *
 * @param folder as above
 */
export function programGrants(
  config: ArchiveSettings & PeerSettings & { readonly cacheRoot?: string | undefined },
  folder?: string,
): Grants {
  const { cacheRoot } = config;
  const sums = cacheRoot === undefined ? {} : { [EXPORT_SUMS_VARIABLE]: join(cacheRoot, "sums") };
  const archive = archiveGrants({ ...archiveEnvironment(config), ...sums }, folder);
  const peers = shippedGrants(PEER_PROGRAM, peerEnvironment(config), folder);
  return (command, builtIn) => ({ ...archive(command, builtIn), ...peers(command, builtIn) });
}

function shippedGrants(
  names: RegExp,
  settings: Readonly<Record<string, string>>,
  folder: string = join(packageRoot(), "dist/programs"),
): Grants {
  return (command, builtIn) => {
    const meant = builtIn ? names.test(command) : isShipped(command, names, folder);
    return meant ? settings : {};
  };
}

function isShipped(command: string, names: RegExp, folder: string): boolean {
  // A bare name is looked for in folders that are not ours.
  if (!isAbsolute(command) || !names.test(basename(command))) return false;
  try {
    const file = realpathSync(command);
    return dirname(file) === realpathSync(folder) && names.test(basename(file));
  } catch {
    return false; // not there: the start tells of it
  }
}
