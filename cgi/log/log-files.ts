import { readdirSync, statSync, unlinkSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeIndexes } from "./index/index-names.js";

/** Of programs that rotate logs: a number behind the name, coded or not. */
const DAY_FILE = /^requests-(\d{4}-\d{2}-\d{2})\.jsonl(?:\.([1-9]\d{0,2}))?(\.gz)?$/;
/** Text files of the compatible log. */
const TEXT_FILE = /^das2\.[0-9A-Fa-f._]{1,45}_[0-2]\.log$/;
const DAY_MS = 86_400_000;

/** A day of the request log. */
export interface LogDay {
  /** UTC, `yyyy-mm-dd`. */
  readonly day: string;
  readonly bytes: number;
}

/** One file of the request log. */
export interface LogFile {
  /** The day of its records, UTC, `yyyy-mm-dd`. */
  readonly day: string;
  /** 0 for the file that is written to; else the number that a rotation gave it, higher ones are older. */
  readonly part: number;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Whether it is coded in gzip. */
  readonly isCoded: boolean;
}

/** Whether the text is a date of the calendar, `yyyy-mm-dd`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The file of a day, UTC, in the folder of the logs. */
export function dayFile(folder: string, day: string): string {
  return join(folder, `requests-${day}.jsonl`);
}

function dayOf(name: string): string | undefined {
  const day = DAY_FILE.exec(name)?.[1];
  return day !== undefined && isDay(day) ? day : undefined;
}

/** All files of the log, newest first; none where there is no folder yet. */
export async function listFiles(folder: string): Promise<LogFile[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const files = await Promise.all(
    names.map(async (name): Promise<LogFile | undefined> => {
      const day = dayOf(name);
      if (day === undefined) return undefined;
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile() !== true) return undefined;
      const part = Number(DAY_FILE.exec(name)?.[2] ?? 0);
      return { day, part, name, path, bytes: stats.size, isCoded: name.endsWith(".gz") };
    }),
  );
  const known = new Set(names);
  return (
    files
      .filter((file) => file !== undefined)
      // While it is being coded a file is there twice.
      .filter(({ name, isCoded }) => !isCoded || !known.has(name.replace(/\.gz$/, "")))
      .sort((a, b) => (a.day === b.day ? a.part - b.part : a.day < b.day ? 1 : -1))
  );
}

/** The days that have a file, newest first. */
export function daysOf(files: readonly LogFile[]): LogDay[] {
  const days = new Map<string, number>();
  for (const { day, bytes } of files) days.set(day, (days.get(day) ?? 0) + bytes);
  return [...days].map(([day, bytes]) => ({ day, bytes }));
}

/** Calls `remove` and lets it pass that the file is gone already: several processes may clean up at the same time. */
function unlessGone(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // errors of node:fs carry a code
  }
}

/**
 * Removes the files of days that are older than the `keepDays` days which end with `today`, and text files that nobody wrote
 * to for so long. Nothing else in the folder is touched. Errors: those of node:fs.
 */
export function removeOldDays(folder: string, today: string, keepDays: number): void {
  const firstKept = new Date(Date.parse(`${today}T00:00:00Z`) - (keepDays - 1) * DAY_MS);
  const firstDay = firstKept.toISOString().slice(0, 10);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const day = dayOf(name);
    if (day !== undefined && day < firstDay) unlessGone(() => unlinkSync(path));
    else if (TEXT_FILE.test(name))
      unlessGone(() => {
        if (statSync(path).mtime < firstKept) unlinkSync(path);
      });
  }
  removeIndexes(folder, (day) => day < firstDay);
}

/** Removes the file of a day, or without one everything that the log has written. Errors: those of node:fs. */
export function removeDays(folder: string, day?: string): void {
  const isWanted = (name: string) =>
    day === undefined ? TEXT_FILE.test(name) || dayOf(name) !== undefined : dayOf(name) === day;
  let names: string[] = [];
  unlessGone(() => {
    names = readdirSync(folder).filter(isWanted);
  });
  for (const name of names) unlessGone(() => unlinkSync(join(folder, name)));
  removeIndexes(folder, (one) => day === undefined || one === day);
}
