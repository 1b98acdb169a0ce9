import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDasError } from "../../errors/das-error.js";
import { parseLayout, printLayout } from "../../formats/hapi/layout.js";
import type { DescribedParameter, HapiColumn, HapiParameter } from "../../formats/hapi/parameter.js";
import type { Derived } from "./derive.js";

/** What a file holds besides. */
export interface KeptDerived {
  readonly derived: Derived;
  /** Of the definition that it was made with. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly madeMs: number;
}

/** Largest file that is read: a hundred tables of some thousand tags. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Where the description of a data set is kept: `hapi/ID[,KEY].json` below the cache. Source: das2-server 11.3. */
export function derivedPath(cacheRoot: string, id: string): string {
  return `${join(cacheRoot, "hapi", ...id.split("/"))}.json`;
}

/** The description in a file; `undefined` where there is none, or one that this program did not write. */
export async function readDerived(path: string): Promise<KeptDerived | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined;
    return keptDerived(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || isDasError(error) || isNotThere(error)) return undefined;
    throw error;
  }
}

/** Whatever keeps a file from being read: it is only a copy of what can be had again. */
function isNotThere(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

/** Keeps a description; a file appears whole. Gives whether that worked. */
export async function writeDerived(path: string, { derived, hash, madeMs }: KeptDerived): Promise<boolean> {
  const { parameters, cadenceSeconds } = derived;
  const value = {
    hash,
    madeMs,
    ...(cadenceSeconds === undefined ? {} : { cadenceSeconds }),
    layout: printLayout(parameters.map(({ column }) => column)),
    aliases: parameters.map(({ aliases }) => aliases),
    parameters: parameters.map(({ parameter }) => parameter),
  };
  const made = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(made, JSON.stringify(value));
    await rename(made, path);
    return true;
  } catch {
    await rm(made, { force: true }).catch(() => undefined);
    return false;
  }
}

/** Errors: USAGE for a layout that is none. */
function keptDerived(value: unknown): KeptDerived | undefined {
  if (!isRecord(value)) return undefined;
  const { hash, madeMs, cadenceSeconds, layout, aliases, parameters } = value;
  if (typeof hash !== "string" || typeof madeMs !== "number" || typeof layout !== "string") return undefined;
  if (!Array.isArray(aliases) || !Array.isArray(parameters)) return undefined;
  const columns = parseLayout(layout);
  if (columns.length !== aliases.length || columns.length !== parameters.length) return undefined;
  const described = columns.map((column, i) => keptParameter(column, parameters[i], aliases[i]));
  if (!described.every((one) => one !== undefined)) return undefined;
  return {
    hash,
    madeMs,
    derived: {
      parameters: described,
      ...(typeof cadenceSeconds === "number" ? { cadenceSeconds } : {}),
    },
  };
}

function keptParameter(
  column: HapiColumn,
  parameter: unknown,
  aliases: unknown,
): DescribedParameter | undefined {
  if (!isRecord(parameter) || parameter.name !== column.name || !Array.isArray(aliases)) return undefined;
  if (!aliases.every((alias): alias is string => typeof alias === "string")) return undefined;
  // Written by this program, with the columns that were checked; it only goes out again as JSON.
  return { column, parameter: parameter as unknown as HapiParameter, aliases };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
