import type { Config } from "../config/config.js";
import { loadConfig } from "../config/config.js";
import { describeProblem } from "../config/problem.js";
import { DasError } from "../errors/das-error.js";
import { runCgi } from "./adapters/cgi.js";
import { type CgiOutput, isNonParsed, nonParsedOutput, parsedOutput } from "./adapters/cgi-output.js";
import { asyncStdout } from "./adapters/stdout.js";
import { errorResponse } from "./error-response.js";
import type { Handler, Request, Response } from "./http.js";
import type { Site } from "./site.js";

/** Time for an answer to end after SIGTERM; Apache kills three seconds after it. */
const TERM_GRACE_MS = 2000;

/** The handler of a server whose configuration cannot be read: the reason goes to Apache's error log. */
function brokenHandler(error: unknown): Handler {
  process.stderr.write(`heliostream: ${describeProblem(error)}\n`);
  return async (request) =>
    errorResponse(request, new DasError("BAD_CONFIG", "The server is not configured correctly"));
}

/** What Apache expects of a program of this name. */
function outputOf(program: string, env: NodeJS.ProcessEnv): CgiOutput {
  if (!isNonParsed(program)) return parsedOutput;
  return nonParsedOutput({
    method: env.REQUEST_METHOD ?? "GET",
    protocol: env.SERVER_PROTOCOL ?? "",
    now: new Date(),
  });
}

async function answer(
  open: (config: Config) => Site,
  handle: (request: Request, site: Site) => Promise<Response>,
): Promise<void> {
  const abort = new AbortController();
  // Apache ends programs by SIGTERM when the client has left or the server stops; who still listens is told.
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const)
    process.on(signal, () => {
      abort.abort(new DasError("STOPPED", "the server was told to stop before the answer was complete"));
      setTimeout(() => process.exit(1), TERM_GRACE_MS).unref();
    });
  let site: Site | undefined;
  let handler: Handler;
  try {
    const opened = open(loadConfig({ env: process.env }));
    site = opened;
    handler = (request) => handle(request, opened);
  } catch (error) {
    handler = brokenHandler(error);
  }
  const output = outputOf(process.argv[1] ?? "", process.env);
  await runCgi(handler, process.env, asyncStdout(), abort, output);
  await site?.close();
}

/**
 * Answers the one request of a CGI process and ends it: status 0, also when the client has left. A program whose name begins with
 * `nph-` writes HTTP itself.
 *
 * @param open makes the server of the configuration that the environment names
 */
export function runCgiEntry(
  open: (config: Config) => Site,
  handle: (request: Request, site: Site) => Promise<Response>,
): void {
  answer(open, handle).then(
    // Timers and pipes that are still open must not keep a process that has answered.
    () => process.exit(0),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`heliostream: ${text}\n`);
      process.exit(1);
    },
  );
}
