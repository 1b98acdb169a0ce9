import { delimiter, dirname } from "node:path";
import { LEAP_SECONDS_VARIABLE } from "./leap-seconds-file.js";

/**
 * Found by every program, after the folders of the configuration: shells and `env` of a script's first line. The
 * folder of this Node comes last, for the programs that ship here when they are called by their path.
 */
const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

/** What readers rely on besides their own settings; nothing else of the server's environment is theirs. */
const PASSED_ON = ["TZ", "LANG", "LC_ALL", "TMPDIR", "HOME", "USER"] as const;

/**
 * The environment of spawned programs: `PATH` from `BIN_PATH`, `LD_LIBRARY_PATH` from `LIB_PATH`, and the few
 * common names that are set here, and the list of leap seconds for programs of this package. Passwords and request variables of the server are not among them.
 *
 * @param own the environment to take the common names from
 * Source: das2-server 13.3.
 */
export function childEnvironment(
  paths: {
    readonly binPath?: readonly string[];
    readonly libPath?: readonly string[];
    readonly leapSecondsFile?: string | undefined;
  } = {},
  own: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    PATH: [...new Set([...(paths.binPath ?? []), ...SYSTEM_PATH, dirname(process.execPath)])].join(delimiter),
  };
  const { libPath = [] } = paths;
  if (libPath.length > 0) env.LD_LIBRARY_PATH = libPath.join(delimiter);
  if (paths.leapSecondsFile !== undefined) env[LEAP_SECONDS_VARIABLE] = paths.leapSecondsFile;
  for (const name of PASSED_ON) {
    const value = own[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
