import { parseArgs } from "node:util";
import { DasError } from "../../errors/das-error.js";
import { databaseOf, withDatabase } from "../postgres/database-url.js";
import { readPasswords } from "./password-file.js";
import type { ArchiveUrls } from "./run-statements.js";
import type { SetupOptions } from "./setup.js";
import type { WantedPartition, WantedUser } from "./wanted.js";

/** What `netdrms-setup` prints for `--help`. */
export const SETUP_HELP = [
  "usage: netdrms-setup [OPTION...]",
  "",
  "Makes the databases of an archive, or what is missing in them; what is there is never altered.",
  "",
  "  --drms URL           database of the records (default: DRMS_URL of the configuration)",
  "  --sums URL|NAME      database of the storage units; a name is one in the same server",
  "                       (default: SUMS_URL of the configuration, else the one of the records)",
  "  --create-databases   make the databases that are missing",
  "  --site N             code of the site, 0 to 32767; needed where there are no storage units yet.",
  "                       Private sites take one from 16384 on",
  "  --production USER    user that writes storage units",
  "  --web USER           user that reads, and writes requests for exports alone",
  "  --user NAME[:NAMESPACE[:user|sys]]",
  "                       user of the archive with a namespace (default: su_NAME, user); may be repeated",
  "  --guest NAME         user who shares the namespace su_guest; may be repeated",
  "  --partition DIR[:SET]",
  "                       folder for storage units, set 0 if none is given; may be repeated",
  "  --passwords FILE     lines user:password for users that are made; mode 600",
  "  --own-server DIR     instead of --drms: a PostgreSQL server of our own with its data in DIR, which is made, also with",
  "                       --dry-run; it runs while this program does. Its databases are drms and drms_sums",
  "  --track SERIES       have changes of its records noted, so that caches of it are renewed at once; may be repeated.",
  "                       Nothing else is made then",
  "  --untrack SERIES     have them noted no longer; may be repeated",
  "  --dry-run            print what would be run, change nothing",
  "  -h, --help           print this",
  "",
  "Exit status: 0 when the archive has all that was asked for, 13 for a wrong argument, 1 for another failure.",
  "",
].join("\n");

/** A command line of `netdrms-setup`. */
export interface SetupArguments {
  readonly urls: ArchiveUrls;
  readonly options: SetupOptions;
  /** Series whose changes are to be noted, and those of which no longer, instead of all else. */
  readonly tracking?: { readonly track: readonly string[]; readonly untrack: readonly string[] };
  readonly dryRun: boolean;
}

/**
 * Reads the command line.
 * @param defaults URLs of the configuration
 * Errors: USAGE naming the argument and what was expected; those of {@link readPasswords}.
 */
export function readSetupArguments(
  args: readonly string[],
  defaults: { readonly drms?: string | undefined; readonly sums?: string | undefined },
): SetupArguments {
  const { values } = parse(args);
  const drms = values.drms ?? defaults.drms;
  if (drms === undefined)
    throw new DasError("USAGE", "no database, expected --drms URL, or DRMS_URL in the configuration");
  const passwords =
    values.passwords === undefined ? new Map<string, string>() : readPasswords(values.passwords);
  const used = new Set<string>();
  const withPassword = (name: string): { readonly name: string; readonly password?: string } => {
    const password = passwords.get(name);
    used.add(name);
    return password === undefined ? { name } : { name, password };
  };
  const options: SetupOptions = {
    createDatabases: values["create-databases"] === true,
    ...(values.site === undefined ? {} : { siteCode: readSite(values.site) }),
    ...(values.production === undefined ? {} : { production: withPassword(values.production) }),
    ...(values.web === undefined ? {} : { web: withPassword(values.web) }),
    users: (values.user ?? []).map((text) => readUser(text, withPassword)),
    guests: (values.guest ?? []).map(withPassword),
    partitions: (values.partition ?? []).map(readPartition),
  };
  const stranger = [...passwords.keys()].find((name) => !used.has(name));
  if (stranger !== undefined)
    throw new DasError("USAGE", `there is a password of ${stranger}, who is not named as a user`);
  const { track = [], untrack = [] } = values;
  const isTracking = track.length > 0 || untrack.length > 0;
  if (isTracking) expectAlone(Object.keys(values));
  return {
    urls: { drms, sums: sumsUrl(drms, values.sums, defaults) },
    options,
    ...(isTracking ? { tracking: { track, untrack } } : {}),
    dryRun: values["dry-run"] === true,
  };
}

/** Whoever wants changes noted in an archive of others does not want it to be made anything else. */
function expectAlone(given: readonly string[]): void {
  const other = given.find((name) => !["track", "untrack", "drms", "dry-run"].includes(name));
  if (other !== undefined)
    throw new DasError(
      "USAGE",
      `--track and --untrack stand with --drms and --dry-run alone, not with --${other}`,
    );
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const texts = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        drms: text,
        sums: text,
        site: text,
        production: text,
        web: text,
        passwords: text,
        user: texts,
        guest: texts,
        partition: texts,
        track: texts,
        untrack: texts,
        "create-databases": flag,
        "dry-run": flag,
      },
    });
  } catch (cause) {
    throw new DasError("USAGE", cause instanceof Error ? cause.message : String(cause), {}, cause);
  }
}

function sumsUrl(
  drms: string,
  given: string | undefined,
  defaults: { readonly drms?: string | undefined; readonly sums?: string | undefined },
): string {
  if (given !== undefined) return /^postgres(?:ql)?:/.test(given) ? given : withDatabase(drms, given);
  // The configuration's database of storage units belongs to its own records.
  if (drms === defaults.drms && defaults.sums !== undefined) return defaults.sums;
  return withDatabase(drms, databaseOf(drms));
}

function readSite(text: string): number {
  const code = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(code <= 32_767)) throw new DasError("USAGE", `--site ${text.slice(0, 40)}, expected 0 to 32767`);
  return code;
}

function readUser(
  text: string,
  withPassword: (name: string) => { readonly name: string; readonly password?: string },
): WantedUser {
  const [name = "", namespace, group, ...more] = text.split(":");
  if (more.length > 0 || (group !== undefined && group !== "user" && group !== "sys"))
    throw new DasError("USAGE", `--user ${text.slice(0, 200)}, expected NAME[:NAMESPACE[:user|sys]]`);
  return {
    ...withPassword(name),
    ...(namespace === undefined || namespace === "" ? {} : { namespace }),
    ...(group === undefined ? {} : { group }),
  };
}

function readPartition(text: string): WantedPartition {
  const found = /^(.+):(-?\d{1,10})$/.exec(text);
  return found === null ? { path: text } : { path: found[1] ?? "", set: Number(found[2]) };
}
