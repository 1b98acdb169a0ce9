import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

let found: string | undefined;

/**
 * The folder of the installed package: the nearest one above this file whose package.json is named `heliostream`.
 * The same from the sources, from `dist` and from a bundled program. Errors: plain Error where there is none.
 */
export function packageRoot(): string {
  if (found !== undefined) return found;
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && isOurs(readFileSync(file, "utf8"))) {
      found = folder;
      return folder;
    }
    if (dirname(folder) === folder)
      throw new Error(`no package.json of heliostream above ${import.meta.dirname}`);
  }
}

function isOurs(text: string): boolean {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && "name" in value && value.name === "heliostream";
}

let version: string | undefined;

/** The version of the installed package. Errors: as {@link packageRoot}. */
export function packageVersion(): string {
  if (version === undefined) {
    const value: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
    version =
      typeof value === "object" && value !== null && "version" in value ? String(value.version) : "unknown";
  }
  return version;
}
