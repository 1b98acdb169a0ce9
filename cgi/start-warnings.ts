import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config/config.js";
import { describeProblem } from "../config/problem.js";
import { rootProblems } from "../dsdf/roots.js";
import { SourceTree } from "../dsdf/tree.js";
import { Login } from "./access/login.js";

/** The settings that {@link startWarnings} looks at. */
export type WarnedSettings = Pick<
  Config,
  "dsdfRoot" | "substitutions" | "logPath" | "cacheRoot" | "userPasswd" | "allowDesPasswords" | "loginDelay"
>;

/**
 * What an operator should know of a server that starts, one line each: folders of sources that are not there, a log or a cache that cannot be
 * written, passwords that are weak or missing. None of it keeps the server from running. Source: das2-server 6.4, 17.
 */
export async function startWarnings(config: WarnedSettings): Promise<string[]> {
  const roots = (await rootProblems(config.dsdfRoot)).map(
    ({ folder, message }) => `DSDF_ROOT ${folder}: ${message}; no sources come from it`,
  );
  const log = await folderProblem(config.logPath);
  const { cacheRoot } = config;
  const cache = cacheRoot === undefined ? undefined : await folderProblem(cacheRoot);
  return [
    ...roots,
    ...(log === undefined ? [] : [`LOG_PATH ${config.logPath}: ${log}; requests will not be on record`]),
    ...(cache === undefined ? [] : [`CACHE_ROOT ${cacheRoot}: ${cache}; nothing is kept`]),
    ...(await passwordWarnings(config)),
  ];
}

/** Why no file can be made in the folder, or the folder itself cannot; `undefined` where it can. */
async function folderProblem(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return "it is no folder";
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    // Whoever writes there makes the folder with all above it, so the nearest one that is there counts.
    if (code === "ENOENT" && dirname(folder) !== folder) return folderProblem(dirname(folder));
    return code === "ENOTDIR" ? "it is no folder" : `it cannot be written (${code})`;
  }
}

/** What is to be said of the passwords of a server: missing, of a form that is weak, or of none that can be checked. Source: das2-server 6.4. */
export async function passwordWarnings(
  config: Omit<WarnedSettings, "logPath" | "cacheRoot">,
): Promise<string[]> {
  if (config.userPasswd === undefined) {
    const tree = new SourceTree({ roots: config.dsdfRoot, substitutions: config.substitutions });
    return (await tree.asksForLogin())
      ? ["USER_PASSWD is not configured, but some sources ask for a login; nobody can read them"]
      : [];
  }
  let weak: number;
  let unusable: number;
  try {
    const login = new Login(config);
    weak = login.desEntries();
    unusable = login.unusableEntries();
  } catch (error) {
    return [`USER_PASSWD: ${describeProblem(error)}`];
  }
  const kept = (users: number, how: string): string[] => {
    if (users === 0) return [];
    const who = users === 1 ? "the password of 1 user is" : `the passwords of ${users} users are`;
    return [`USER_PASSWD ${config.userPasswd}: ${who} kept ${how}; set them anew (heliostream passwd)`];
  };
  const des = config.allowDesPasswords ? "where only 8 characters count" : "which is refused";
  return [
    ...kept(weak, `as DES, ${des}`),
    ...kept(unusable, "in a form that cannot be checked, or costs too much to check"),
  ];
}
