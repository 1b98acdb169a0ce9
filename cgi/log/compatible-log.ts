import { hostname } from "node:os";
import { join } from "node:path";
import { OUTCOME } from "../../errors/das-error.js";
import type { RequestRecord } from "./record.js";

const DAY_MS = 86_400_000;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Days since 1970-01-01, UTC. */
function dayNumber(time: Date): number {
  return Math.floor(time.getTime() / DAY_MS);
}

/**
 * The text file of a record: one of three in turn for each address. Of the address only what addresses consist of goes into the
 * name, `:` as `_`. Source: das2-server 18.1.
 */
export function compatibleFile(folder: string, record: RequestRecord): string {
  const address = record.client
    .replaceAll(":", "_")
    .replace(/[^0-9A-Fa-f._]/g, "")
    .slice(0, 45);
  const turn = dayNumber(new Date(record.time)) % 3;
  return join(folder, `das2.${address === "" ? "0.0.0.0" : address}_${turn}.log`);
}

/** Whether a text file that was last written at `modified` belongs to a day before the record's. */
export function isOfEarlierDay(record: RequestRecord): (modified: Date) => boolean {
  const today = dayNumber(new Date(record.time));
  return (modified) => dayNumber(modified) < today;
}

/** `Tue Jun 29 10:15:30 2021`, local time, day in two places: C's `asctime`. */
export function asctime(time: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const date = `${WEEKDAYS[time.getDay()]} ${MONTHS[time.getMonth()]} ${String(time.getDate()).padStart(2, " ")}`;
  return `${date} ${clock} ${time.getFullYear()}`;
}

/** The duration as the older server says it; below a millisecond it calls microseconds "nanoseconds", and scripts expect that. */
export function durationText(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(1)} nanoseconds`;
  if (ms < 1000) return `${ms.toFixed(1)} milliseconds`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} seconds`;
  return `${(ms / 60_000).toFixed(2)} minutes`;
}

function lastLine(record: RequestRecord): string {
  if (record.outcome === "complete" || record.outcome === "no data")
    return `Query handled without error in ${durationText(record.durationMs)}.`;
  const known = Object.entries(OUTCOME).find(([code]) => code === record.code)?.[1];
  // The older server gives the status of its handler, never 0 for a failure.
  return `Error handling query, return value = ${known === undefined || known.exit === 0 ? 1 : known.exit}`;
}

function lines(record: RequestRecord): string[] {
  const mark = record.target.indexOf("?");
  const path = mark < 0 ? record.target : record.target.slice(0, mark);
  const stages = record.stages.map((stage) => stage.argv.join(" ")).join(" | ");
  const agent = record.userAgent === "" ? "Unknown (HTTP_USER_AGENT not given)" : record.userAgent;
  return [
    "Input",
    `   Request URL: http://${record.host}${record.target}`,
    `   On Host: ${record.host.replace(/:\d+$/, "")}`,
    `   For Program: ${record.mount}`,
    `   For Path: ${path.slice(record.mount.length)}`,
    `   Parameters: ${mark < 0 ? "" : record.target.slice(mark + 1)}`,
    `   User Agent: ${agent}`,
    "Routing",
    ...(record.query === "dataset" ? ["Das 2.3 Dataset Handler"] : []),
    ...(stages === "" ? [] : [`   Exec Host: ${hostname()}`, `   Exec Cmd: ${stages}`]),
    ...(record.fileName === undefined ? [] : [`   Filename: ${record.fileName}`]),
    ...(record.stderr ?? []).slice(0, MAX_STDERR_LINES),
    ...(record.reason === undefined ? [] : [record.reason]),
    lastLine(record),
  ];
}

/** What one record may take: an excerpt, not a second copy of what its programs said. */
const MAX_STDERR_LINES = 100;
const MAX_LINE_CHARACTERS = 4096;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters would steer the reader's terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * A record in the text layout of das2-pyserver: `[` asctime, process, count of the line `] ` text; a line end in a value begins a
 * line of its own, empty lines are left out. Source: das2-server 18.1.
 */
export function compatibleText(record: RequestRecord): string {
  const prefix = `[${asctime(new Date(record.time))} ${record.pid} `;
  return lines(record)
    .flatMap((text) => text.split(/\r\n|\r|\n/))
    .filter((text) => text.trim() !== "")
    .map((text, n) => {
      const shown = text.slice(0, MAX_LINE_CHARACTERS).replace(CONTROL, " ");
      return `${prefix}${String(n).padStart(4, " ")}] ${shown}\n`;
    })
    .join("");
}
