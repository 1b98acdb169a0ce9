import { type RunningServer, startServer } from "../../cgi/serve.js";
import type { Config } from "../../config/config.js";
import { DasError } from "../../errors/das-error.js";

/** What people can do about a refusal of the operating system. */
const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use by another program; PORT in the environment names another",
  EACCES: "may not be used by this user; PORT in the environment names another",
  EADDRNOTAVAIL: "is no address of this host; HOST in the environment names another",
};

/**
 * Starts the resident server of a command.
 * Errors: those of `startServer`; BAD_CONFIG where the operating system refuses host and port.
 */
export async function startHere(config: Config): Promise<RunningServer> {
  try {
    return await startServer(config);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (error instanceof DasError || !Object.hasOwn(REFUSALS, code)) throw error;
    const place = `${config.listenHost}:${config.listenPort}`;
    throw new DasError("BAD_CONFIG", `${place} ${REFUSALS[code]}`, {}, error);
  }
}
