import { DasError } from "../../errors/das-error.js";
import { openClientSession } from "../session/client-session.js";
import { openDirectSession } from "../session/direct-session.js";
import { type ServerAddress, serverOfEnvironment } from "../session/server-address.js";
import type { Session } from "../session/session.js";
import { startServer } from "../session/start-server.js";
import type { ModuleDeclaration } from "./declaration.js";
import type { DrmsModule } from "./module.js";
import type { ModuleHost } from "./module-host.js";
import type { ParsedArguments } from "./parse-arguments.js";
import { sessionResources } from "./session-resources.js";
import { sessionVariables } from "./session-variables.js";

/** A session and what must be closed with it. */
export interface ModuleSession {
  readonly session: Session;
  /** Folder for the module's output, where the session keeps a log. */
  readonly logFolder?: string;
  /**
   * Ends the session as `Session.end` says, and the server that was started for it.
   *
   * Errors: those of `Session.end`; ARCHIVE_FAILED where the server did not keep the changes.
   */
  end(isKept: boolean): Promise<void>;
  /** Closes what was opened, after the end. */
  close(): Promise<void>;
}

/** How long a session server may take to begin, ms; as `drms_run` has it. */
const SERVER_WAIT_MS = 15_000;

/**
 * Opens the session of a module: with the server that `DRMSSESSION` names, else with one of its own where the module was called
 * `<name>_sock`, else with a connection of its own.
 *
 * Errors: those of `openClientSession`, `startServer`, `sessionResources` and `openDirectSession`.
 * Source: netdrms 7.4.
 */
export async function openModuleSession<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  parsed: ParsedArguments<D>,
  host: ModuleHost,
): Promise<ModuleSession> {
  const address = serverOfEnvironment(host.env);
  if (address !== undefined) return joinServer(module, parsed, host, address);
  return host.calledAs.endsWith("_sock") ? ownServer(module, parsed, host) : direct(module, parsed, host);
}

async function direct<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  { standard, values }: ParsedArguments<D>,
  host: ModuleHost,
): Promise<ModuleSession> {
  const { pool, storage, log, close } = await sessionResources(standard, host, host.log);
  try {
    const session = await openDirectSession({
      pool,
      storage,
      // A log has its place in the row of the session, which is written for it.
      writes: module.writes || log !== undefined,
      statementTimeoutMs: standard.DRMS_DBTIMEOUT ?? module.statementTimeoutMs(values),
      facts: { ...host.facts, port: 0 },
      signal: host.signal,
      ...(standard.JSOC_SESSIONNS === undefined ? {} : { sessionNamespace: standard.JSOC_SESSIONNS }),
      ...(log === undefined ? {} : { logUnit: log.unit }),
    });
    return {
      session,
      ...(log === undefined ? {} : { logFolder: log.unit.folder }),
      end: (isKept) => session.end(isKept ? "finished" : "aborted"),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function joinServer<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  { standard, values }: ParsedArguments<D>,
  host: ModuleHost,
  address: ServerAddress,
): Promise<ModuleSession> {
  const { logFolder, ...session } = await openClientSession({
    address,
    program: module.declaration.name,
    pid: host.facts.pid,
    writes: module.writes,
    statementTimeoutMs: standard.DRMS_DBTIMEOUT ?? module.statementTimeoutMs(values),
    signal: host.signal,
  });
  return {
    session,
    ...(logFolder === undefined ? {} : { logFolder }),
    end: (isKept) => session.end(isKept ? "finished" : "aborted"),
    close: async () => undefined,
  };
}

async function ownServer<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  parsed: ParsedArguments<D>,
  host: ModuleHost,
): Promise<ModuleSession> {
  const server = await startServer({
    command: host.serverCommand,
    args: parsed.standard.L ? [parsed.standard.A ? "-LA" : "-L"] : [],
    env: { ...host.env, ...sessionVariables(parsed.standard) },
    waitMs: SERVER_WAIT_MS,
    showsMessages: true,
    signal: host.signal,
  });
  const { DRMS_HOST, DRMS_PORT, DRMS_TOKEN } = server.environment;
  const address = { host: DRMS_HOST, port: Number(DRMS_PORT), token: DRMS_TOKEN };
  try {
    const joined = await joinServer(module, parsed, host, address);
    return {
      ...joined,
      async end(isKept) {
        try {
          await joined.end(isKept);
        } catch (error) {
          await server.abort();
          throw error;
        }
        const end = isKept ? await server.commit() : await server.abort();
        if (isKept && end !== "done")
          throw new DasError("ARCHIVE_FAILED", "The session server did not keep the changes");
      },
    };
  } catch (error) {
    await server.abort();
    throw error;
  }
}
