import { spawn } from "node:child_process";
import { asDasError } from "../../errors/das-error.js";
import { type StartedServer, startServer } from "../session/start-server.js";
import { declareArguments } from "./check-declaration.js";
import { readParameterFile } from "./parameter-file.js";
import { type ParsedArguments, parseModuleArguments } from "./parse-arguments.js";
import { sessionVariables } from "./session-variables.js";
import { moduleQuestion, usageText } from "./usage.js";

/** Arguments of `drms_run`. */
export const DRMS_RUN = declareArguments({
  name: "drms_run",
  summary:
    "Runs a script whose programs share one session of the archive: kept where the script exits with 0, else taken back.",
  params: [
    {
      name: "to",
      type: "DOUBLE",
      default: 15,
      range: "(0,86400]",
      about: "how long to wait for the session server, s",
    },
  ],
  flags: [{ name: "f", about: "show the messages of the session server" }],
  positionals: [
    { name: "SCRIPT", about: "a program; -- before it where its arguments look like those of drms_run" },
    { name: "ARGUMENT", about: "arguments of the script", optional: true, many: true },
  ],
});

/** Exit statuses of `drms_run`; help and bad arguments are -1 and -2 as a system tells them. Source: netdrms 7.4. */
export const RUN_STATUS = {
  committed: 0,
  /** The script exited with another status than 0. */
  aborted: 1,
  /** The script could not be started, or was ended by a signal. */
  scriptFailed: 2,
  serverNotSignalled: 3,
  serverEndedWrongly: 4,
  noEnvironmentFile: 5,
  badArguments: 254,
  help: 255,
} as const;

/** What `drms_run` needs of its process. */
export interface RunHost {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program `drms_server`, an argument vector. */
  readonly serverCommand: readonly [string, ...string[]];
  /** Aborted when this process is told to end; the script is then, too. */
  readonly signal: AbortSignal;
  /** Standard output. */
  readonly print: (text: string) => void;
  /** Takes one line for people: standard error. */
  readonly log: (line: string) => void;
}

/** Runs a script within a session of its own; one of {@link RUN_STATUS}. Source: netdrms 7.4. */
export async function runDrmsRun(host: RunHost): Promise<number> {
  if (moduleQuestion(host.argv) !== undefined) {
    host.print(usageText(DRMS_RUN));
    return RUN_STATUS.help;
  }
  let parsed: ParsedArguments<typeof DRMS_RUN>;
  try {
    parsed = parseModuleArguments(DRMS_RUN, host.argv, { env: host.env, readFile: readParameterFile });
  } catch (error) {
    host.log(asDasError(error, "drms_run").message);
    return RUN_STATUS.badArguments;
  }
  try {
    const server = await startServer({
      command: host.serverCommand,
      // The parameters of the session reach the server as variables, so that no list of processes shows a password.
      args: parsed.standard.L ? [parsed.standard.A ? "-LA" : "-L"] : [],
      env: { ...host.env, ...sessionVariables(parsed.standard) },
      waitMs: parsed.values.to * 1000,
      showsMessages: parsed.values.f,
      signal: host.signal,
    });
    return await runWith(server, parsed.positionals, host);
  } catch (error) {
    host.log(asDasError(error, "drms_run").message);
    return RUN_STATUS.noEnvironmentFile;
  }
}

async function runWith(server: StartedServer, script: readonly string[], host: RunHost): Promise<number> {
  const status = await runScript(script, { ...host.env, ...server.environment }, host);
  const isKept = status === 0 && !host.signal.aborted;
  switch (isKept ? await server.commit() : await server.abort()) {
    case "not signalled":
      return RUN_STATUS.serverNotSignalled;
    case "ended wrongly":
      return RUN_STATUS.serverEndedWrongly;
    case "done":
      if (isKept) return RUN_STATUS.committed;
      return status === undefined ? RUN_STATUS.scriptFailed : RUN_STATUS.aborted;
  }
}

/** The exit status of the script; `undefined` where it has none. */
function runScript(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { signal, log }: RunHost,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...env } });
    const stop = (): boolean => child.kill("SIGTERM");
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    child.on("error", (error) => {
      log(`${JSON.stringify(program)} cannot be run: ${error.message}`);
      resolve(undefined);
    });
    child.on("exit", (code) => {
      signal.removeEventListener("abort", stop);
      resolve(code ?? undefined);
    });
  });
}
