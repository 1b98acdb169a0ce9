import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { CommandTemplate } from "./command.js";

/** The name or path of a program of a command; parts that a request fills in are left out. */
export function programName({ words }: CommandTemplate["programs"][number]): string {
  return (words[0] ?? []).map((part) => (part.kind === "text" ? part.text : "")).join("");
}

/**
 * Why a program cannot be started; `undefined` where it can: it ships with the server, or is an executable file. Nothing is run.
 * @param folders in which names are looked for
 */
export function programFault(
  name: string,
  isBuiltIn: (name: string) => boolean,
  folders: readonly string[],
): string | undefined {
  if (!name.includes("/")) {
    const isFound = isBuiltIn(name) || folders.some((folder) => isExecutable(join(folder, name)));
    return isFound ? undefined : `there is no program ${name} in BIN_PATH`;
  }
  if (!isAbsolute(name)) return `program ${name} is neither a name nor an absolute path`;
  return isExecutable(name) ? undefined : `${name} is not an executable file`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
