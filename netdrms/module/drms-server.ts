import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asDasError } from "../../errors/das-error.js";
import {
  removeEnvironmentFile,
  sessionEnvironment,
  writeEnvironmentFile,
} from "../session/environment-file.js";
import { SERVER_STATUS } from "../session/server-status.js";
import { SessionServer } from "../session/session-server.js";
import { declareArguments } from "./check-declaration.js";
import { failureDetail } from "./failure-detail.js";
import type { ModuleHost } from "./module-host.js";
import { ModuleOutput } from "./module-output.js";
import { readParameterFile } from "./parameter-file.js";
import { type ParsedArguments, parseModuleArguments } from "./parse-arguments.js";
import { sessionResources } from "./session-resources.js";

/** Arguments of the session server. */
export const DRMS_SERVER = declareArguments({
  name: "drms_server",
  summary:
    "Opens one session and one transaction of the archive for the programs that DRMSSESSION leads to it.",
  params: [
    {
      name: "shenvfile",
      type: "STRING",
      optional: true,
      about:
        "file for a shell to source, to which .PID is appended; without it drms_session in the folder for temporary files",
    },
  ],
  flags: [
    { name: "f", about: "stay in the foreground" },
    { name: "attached", about: "take everything back when standard input is closed" },
  ],
});

/** The signals that a session server answers. */
export type ServerSignal = "SIGUSR1" | "SIGTERM" | "SIGINT";

/** What a session server needs of its process. */
export interface ServerHost extends Pick<ModuleHost, "argv" | "env" | "databaseUrl" | "storage" | "facts"> {
  /** Whether somebody sits at the terminal. */
  readonly isAttended: boolean;
  /** Calls back for each signal from now on. */
  readonly onSignal: (listener: (signal: ServerSignal) => void) => void;
  /** Resolves when standard input is closed. */
  readonly inputClosed: () => Promise<void>;
  /** Called when programs can come, with the path of the environment file. */
  readonly onReady: (path: string) => void;
  /** Takes one line for people. */
  readonly log: (line: string) => void;
}

/**
 * Runs a session server until a signal ends it: SIGUSR1 keeps what its clients wrote, SIGTERM and SIGINT take it back. At a
 * terminal the first SIGINT only tells of clients that still run.
 *
 * @returns one of {@link SERVER_STATUS}
 * Source: netdrms 7.4.
 */
export async function runDrmsServer(host: ServerHost): Promise<number> {
  try {
    const parsed = parseModuleArguments(DRMS_SERVER, host.argv, {
      env: host.env,
      readFile: readParameterFile,
    });
    return await serve(parsed, host);
  } catch (error) {
    const failure = asDasError(error, "the session server");
    for (const line of [failure.message, ...failureDetail(failure)]) host.log(line);
    return SERVER_STATUS.failed;
  }
}

async function serve(
  { values, standard }: ParsedArguments<typeof DRMS_SERVER>,
  host: ServerHost,
): Promise<number> {
  const token = randomBytes(32).toString("hex");
  const output = new ModuleOutput(async () => undefined, host.log);
  const { pool, storage, log, close } = await sessionResources(standard, host, output.log);
  const { pid } = host.facts;
  const tell = standard.V || standard.L ? output.log : (): void => undefined;
  try {
    if (log !== undefined) output.copyTo(log.unit.folder, `${DRMS_SERVER.name}.${pid}`, standard.Q);
    const server = await SessionServer.start({
      pool,
      storage,
      statementTimeoutMs: standard.DRMS_DBTIMEOUT ?? 0,
      ...(standard.JSOC_SESSIONNS === undefined ? {} : { sessionNamespace: standard.JSOC_SESSIONNS }),
      ...(log === undefined ? {} : { logUnit: log.unit }),
      facts: host.facts,
      token,
      log: tell,
    });
    const path = `${values.shenvfile ?? join(tmpdir(), "drms_session")}.${pid}`;
    // Before the file tells anybody whom to signal.
    const end = waitForEnd(server, host, values.attached, tell);
    try {
      writeEnvironmentFile(path, sessionEnvironment("127.0.0.1", server.port, pid, token));
      host.onReady(path);
      return await end;
    } catch (error) {
      await server.abort();
      throw error;
    } finally {
      removeEnvironmentFile(path);
    }
  } finally {
    await output.end();
    await close();
  }
}

/** Ends the server as the signals say; its exit status. A later signal to abort wins over a commit that waits for clients. */
function waitForEnd(
  server: SessionServer,
  host: ServerHost,
  isAttached: boolean,
  log: (line: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let warned = false;
    let aborting = false;
    const abort = (status: number): void => {
      aborting = true;
      log("takes everything back");
      server.abort().then(() => resolve(status), reject);
    };
    const commit = (): void => {
      log(`keeps everything, programs that still run: ${server.connected}`);
      server.commit().then(
        () => resolve(SERVER_STATUS.committed),
        (error: unknown) => {
          if (!aborting) reject(error);
        },
      );
    };
    if (isAttached) void host.inputClosed().then(() => abort(SERVER_STATUS.terminated));
    host.onSignal((signal) => {
      switch (signal) {
        case "SIGUSR1":
          commit();
          break;
        case "SIGTERM":
          abort(SERVER_STATUS.terminated);
          break;
        case "SIGINT":
          if (host.isAttended && !warned && server.connected > 0) {
            warned = true;
            host.log(
              `programs that still run: ${server.connected}; interrupt once more to take back everything`,
            );
          } else abort(SERVER_STATUS.interrupted);
      }
    });
  });
}
