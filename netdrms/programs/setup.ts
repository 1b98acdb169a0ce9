import { DasError } from "../../errors/das-error.js";
import { makeChangeTracking, planTrackingAt } from "../changes/track-series.js";
import type { LocalPostgres } from "../postgres/local-server.js";
import { printPlan } from "../schema/print-plan.js";
import type { ArchiveUrls } from "../schema/run-statements.js";
import { planArchive, setUpArchive } from "../schema/setup.js";
import { readSetupArguments, SETUP_HELP } from "../schema/setup-arguments.js";
import { failureStatus } from "./failure-status.js";
import type { ProgramHost } from "./program-host.js";

/** What `netdrms-setup` has from its process. */
export interface SetupHost extends ProgramHost {
  /** URLs of the configuration. */
  readonly defaults: { readonly drms?: string | undefined; readonly sums?: string | undefined };
  /** Starts, or joins, a server of our own in a folder. */
  startServer(folder: string): Promise<LocalPostgres>;
}

/** Databases in a server of our own. */
const OWN_DATABASES = { drms: "drms", sums: "drms_sums" } as const;

/**
 * `netdrms-setup`: makes what an archive lacks, or has changes of series noted (`--track`); with `--dry-run` prints it. Prints a line for
 * each thing that was made.
 *
 * @returns the exit status
 * Source: netdrms 2.1 to 2.9, 3.1, 3.2; docs/archive-programs.md.
 */
export async function runSetup(host: SetupHost): Promise<number> {
  const { argv, print } = host;
  if (argv.some((word) => word === "-h" || word === "-H" || word === "--help")) {
    await print(SETUP_HELP);
    return 0;
  }
  return failureStatus("netdrms-setup", host, async () => {
    const { folder, rest } = ownServer(argv);
    if (folder === undefined) return setUp(rest, host.defaults, host);
    const server = await host.startServer(folder);
    try {
      const urls = { drms: server.url(OWN_DATABASES.drms), sums: server.url(OWN_DATABASES.sums) };
      const tracks = rest.some((word) => /^--(?:un)?track(?:=|$)/.test(word));
      await setUp(tracks ? rest : [...rest, "--create-databases"], urls, host);
      host.log(`netdrms-setup: DRMS_URL is ${urls.drms} and SUMS_URL ${urls.sums}, while the server runs`);
    } finally {
      await server.stop();
    }
  });
}

async function setUp(
  args: readonly string[],
  defaults: SetupHost["defaults"],
  { print, log }: ProgramHost,
): Promise<void> {
  const { urls, options, tracking, dryRun } = readSetupArguments(args, defaults);
  if (dryRun) {
    const plan = tracking === undefined ? planArchive(urls, options) : planTrackingAt(urls.drms, tracking);
    await print(printPlan(await plan));
    return;
  }
  const made =
    tracking === undefined
      ? await setUpArchive(urls satisfies ArchiveUrls, options)
      : await makeChangeTracking(urls.drms, tracking);
  for (const { description } of made) await print(`${description}\n`);
  if (made.length === 0) log("netdrms-setup: nothing was missing");
}

/** Takes `--own-server DIR` out of a command line. */
function ownServer(argv: readonly string[]): {
  readonly folder: string | undefined;
  readonly rest: readonly string[];
} {
  const at = argv.findIndex((word) => /^--own-server(?:=|$)/.test(word));
  if (at < 0) return { folder: undefined, rest: argv };
  const inline = argv[at]!.slice("--own-server".length);
  const folder = inline === "" ? argv[at + 1] : inline.slice(1);
  if (folder === undefined || folder === "" || folder.startsWith("-"))
    throw new DasError("USAGE", "--own-server needs a folder");
  if (argv.some((word) => /^--(?:drms|sums)(?:=|$)/.test(word)))
    throw new DasError("USAGE", "--own-server and --drms or --sums, expected one of them");
  return { folder, rest: [...argv.slice(0, at), ...argv.slice(inline === "" ? at + 2 : at + 1)] };
}
