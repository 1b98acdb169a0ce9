import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

/** Where a session server is, and what lets a program in. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The session server that the environment names by `DRMSSESSION` (`host:port`) and `DRMS_TOKEN`; `undefined` where it names none.
 *
 * Errors: USAGE for another form, or without a token. Source: netdrms 7.4.
 */
export function serverOfEnvironment(env: Environment): ServerAddress | undefined {
  const text = env.DRMSSESSION ?? "";
  if (text === "") return undefined;
  const [, host, port] = /^([^\s:]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new DasError("USAGE", `DRMSSESSION = ${shown(text)}, expected host:port of a session server`);
  const token = env.DRMS_TOKEN ?? "";
  if (token === "")
    throw new DasError(
      "USAGE",
      "DRMS_TOKEN is not set, expected with DRMSSESSION; the file of the session server has both",
    );
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port), token };
}
