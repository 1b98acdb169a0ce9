import { asDasError, DasError } from "../../errors/das-error.js";
import { connectionPool } from "../database/connection-pool.js";
import { showPlace } from "../query/query-text.js";
import type { WriteAccess } from "../session/session.js";
import type { UnitMaker } from "../session/session-units.js";
import type { ModuleDeclaration, ModuleValues } from "./declaration.js";
import { describeArguments } from "./describe-arguments.js";
import { failureDetail } from "./failure-detail.js";
import { type DrmsModule, type ModuleContext, OutputGone } from "./module.js";
import { moduleDatabaseUrl } from "./module-database-url.js";
import type { ModuleHost } from "./module-host.js";
import { ModuleOutput } from "./module-output.js";
import { type ModuleSession, openModuleSession } from "./open-session.js";
import { readParameterFile } from "./parameter-file.js";
import { type ParsedArguments, parseModuleArguments } from "./parse-arguments.js";
import { printingReads, printingWrites } from "./printed-sql.js";
import type { STANDARD_ARGUMENTS } from "./standard-arguments.js";
import { moduleQuestion, usageText } from "./usage.js";

/** For looking at storage units: to hold some, and for statements. None is opened before it is needed. */
const UNIT_CONNECTIONS = 3;

/** The module failed; other statuses are the module's own. Source: netdrms 7.3. */
const FAILED = 1;

/**
 * Runs a module: arguments, session, work, and the end of the session as the status says.
 *
 * Every failure of the driver, bad arguments too, is status 1 (netdrms 7.3), unlike programs of streams, whose statuses are those
 * of `OUTCOME`.
 *
 * @returns the exit status; with anything but 0 nothing was kept
 * Source: netdrms 7.
 */
export async function runModule<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  host: ModuleHost,
): Promise<number> {
  const output = new ModuleOutput(host.print, host.log);
  try {
    return await answerOrRun(module, host, output);
  } catch (error) {
    const status = statusOf(error, module, output);
    if (hasNoDatabase(error, host))
      output.log(
        `${module.declaration.name}: no database is named, expected DRMS_URL in the configuration or JSOC_DBHOST`,
      );
    return status;
  }
}

/** Whether the database that does not answer is one that nobody named: PostgreSQL's own rules led there. */
function hasNoDatabase(error: unknown, { databaseUrl, env, argv }: ModuleHost): boolean {
  const isNamed =
    databaseUrl !== undefined ||
    (env.DRMSSESSION ?? "") !== "" ||
    [...argv, ...Object.keys(env)].some((word) => /^(?:-*JSOC_DB(?:HOST|NAME)|PGHOST|PGDATABASE)/.test(word));
  return !isNamed && error instanceof DasError && error.code === "ARCHIVE_AWAY";
}

/** Tells of a failure and gives its status. */
function statusOf<D extends ModuleDeclaration>(
  error: unknown,
  { declaration, writes }: DrmsModule<D>,
  output: ModuleOutput,
): number {
  if (error instanceof OutputGone) return writes ? FAILED : 0;
  const failure = asDasError(error, "the module");
  // For a query that is wrong: the place, with carets under it.
  output.log(`${declaration.name}: ${showPlace(failure)}`);
  for (const line of failureDetail(failure)) output.log(line);
  return FAILED;
}

async function answerOrRun<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  host: ModuleHost,
  output: ModuleOutput,
): Promise<number> {
  const { declaration } = module;
  switch (moduleQuestion(host.argv)) {
    case "help":
      await output.print(usageText(declaration));
      return 0;
    case "version":
      await output.print(`${host.facts.softwareVersion}\n`);
      return 0;
  }
  const parsed = parseModuleArguments(declaration, host.argv, { env: host.env, readFile: readParameterFile });
  const opened = await openModuleSession(module, parsed, host);
  try {
    return await runToEnd(module, parsed, host, output, opened);
  } finally {
    await output.end();
    await opened.close();
  }
}

/** What is to be done before the module runs: its log, and what people are to be told. */
function begin<D extends ModuleDeclaration>(
  { declaration }: DrmsModule<D>,
  parsed: ParsedArguments<D>,
  { facts }: ModuleHost,
  output: ModuleOutput,
  { logFolder }: ModuleSession,
): void {
  const { standard, unused } = parsed;
  if (standard.L) {
    if (logFolder === undefined)
      throw new DasError(
        "USAGE",
        "-L: the session server keeps no log, expected one that was started with -L",
      );
    output.copyTo(logFolder, `${declaration.name}.${facts.pid}`, standard.Q);
  }
  for (const name of unused) output.log(`${declaration.name}: ${name} of a parameter file is not used`);
  if (standard.V) for (const line of describeArguments(parsed)) output.log(line);
}

/** Runs the module and ends its session; the status of whichever failed. */
async function runToEnd<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  parsed: ParsedArguments<D>,
  host: ModuleHost,
  output: ModuleOutput,
  opened: ModuleSession,
): Promise<number> {
  let status: number;
  const sums = connectionPool({
    url: host.storage.url ?? moduleDatabaseUrl(parsed.standard, host.databaseUrl),
    maxConnections: UNIT_CONNECTIONS,
  });
  try {
    begin(module, parsed, host, output, opened);
    status = await module.run({ ...contextOf(module, parsed, host, output, opened), sums });
    // Whoever is not told is not to find the records there: nothing is kept.
    if (status === 0) host.flush?.();
    // What it did after that is not what was asked for.
    if (status === 0 && host.signal.aborted) status = FAILED;
  } catch (error) {
    status = statusOf(error, module, output);
  } finally {
    await sums.close();
  }
  try {
    await opened.end(status === 0 && !parsed.standard.DRMS_PRINT_SQL);
  } catch (error) {
    // Where it failed anyway that was told.
    return status === 0 ? statusOf(error, module, output) : status;
  }
  return status;
}

function contextOf<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  parsed: ParsedArguments<D>,
  host: ModuleHost,
  output: ModuleOutput,
  { session }: ModuleSession,
): Omit<ModuleContext<D>, "sums"> {
  const { standard } = parsed;
  const { print, log } = output;
  return {
    ...parsed,
    database: standard.DRMS_PRINT_SQL ? printingReads(session.database, print) : session.database,
    async forWriting() {
      if (!module.writes) throw new DasError("ARCHIVE_READ_ONLY", "This program only reads the archive");
      if (standard.DRMS_PRINT_SQL) return printingWrites(session.database, print);
      const access = await session.forWriting();
      return { ...access, units: onTerms(access, standard) };
    },
    print,
    log,
    signal: host.signal,
    env: host.env,
  };
}

/** Storage units on the terms of the command line where it has some: `-A`, DRMS_ARCHIVE, DRMS_NEWSURETENTION. Source: netdrms 7.3. */
function onTerms({ units }: WriteAccess, standard: ModuleValues<typeof STANDARD_ARGUMENTS>): UnitMaker {
  const given = standard.DRMS_ARCHIVE;
  const archive = standard.A ? 1 : given === -1 || given === 0 || given === 1 ? given : undefined;
  return {
    allocate: (request) => units.allocate(request),
    keep: (kept) =>
      units.keep({
        ...kept,
        archive: archive ?? kept.archive,
        retentionDays: standard.DRMS_NEWSURETENTION ?? kept.retentionDays,
      }),
  };
}
