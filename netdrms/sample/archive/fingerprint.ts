import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { ObservingPlan } from "./observing-plan.js";
import { definitionFolder } from "./sample-series.js";

/** Hexadecimal digits: enough to tell versions apart, and part of the path of every storage unit, which must be short. */
const DIGITS = 8;

/**
 * What an archive is made with, in a few letters: this code, the definitions and the tables of requests to the last byte, the plan, and where it is kept, since an archive
 * that was moved does not find its files. Whatever changes, the archive is made anew.
 *
 * @param folder where it is kept, absolute
 */
export async function sampleFingerprint(plan: ObservingPlan, folder: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([plan, folder]));
  // The tables of an archive are made by the set-up, and read by servers that expect what the set-up makes now.
  const tables = join(import.meta.dirname, "../../schema");
  for (const root of [dirname(import.meta.dirname), definitionFolder(), tables]) {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const isMade = root === tables ? /^request-(?:objects|tables)\.[jt]s$/ : /\.(?:[jt]s|jsd)$/;
    const files = entries.filter((entry) => entry.isFile() && isMade.test(entry.name));
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
    for (const path of paths) hash.update(relative(root, path)).update(await readFile(path));
  }
  return hash.digest("hex").slice(0, DIGITS);
}
