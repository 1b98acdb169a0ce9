import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** A process as the system shows it in `/proc`; Linux only. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it was started: with the number it tells a process from a later one of the same number. */
  readonly started: string;
  /** It has ended and waits to be collected by its parent. */
  readonly ended: boolean;
}

/** Processes by number; empty where the system shows none. */
export type ProcessTable = ReadonlyMap<number, ProcessEntry>;

/** Most processes that are looked at: what is beyond is not found. */
const MOST_PROCESSES = 32_768;

/** Entries that are read in one turn of the event loop: about 20 microseconds each. */
const ENTRIES_A_TURN = 200;

let coming: Promise<ProcessTable> | undefined;

/** The processes that run from the next turn of the event loop on; who asks in the same turn shares one look. */
export function processTable(): Promise<ProcessTable> {
  coming ??= readTable();
  return coming;
}

async function readTable(): Promise<ProcessTable> {
  await nextTurn();
  coming = undefined;
  const table = new Map<number, ProcessEntry>();
  const pids = processNumbers();
  for (let from = 0; from < pids.length; from += ENTRIES_A_TURN) {
    if (from > 0) await nextTurn();
    addEntries(table, pids.slice(from, from + ENTRIES_A_TURN));
  }
  return table;
}

/** The same at once, for a process that is about to end. */
export function processTableNow(): ProcessTable {
  const table = new Map<number, ProcessEntry>();
  addEntries(table, processNumbers());
  return table;
}

/** The processes that descend from those of `roots`, which are not among them unless they do so too. */
export function descendantsOf(roots: Iterable<number>, table: ProcessTable): readonly ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of table.values()) {
    const siblings = children.get(entry.parent);
    if (siblings === undefined) children.set(entry.parent, [entry]);
    else siblings.push(entry);
  }
  const found: ProcessEntry[] = [];
  const seen = new Set<number>();
  const open = [...roots];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    // A table that was not made in one instant may hold circles.
    if (seen.has(pid)) continue;
    seen.add(pid);
    for (const child of children.get(pid) ?? []) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

function processNumbers(): readonly string[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .slice(0, MOST_PROCESSES);
  } catch {
    return [];
  }
}

function addEntries(table: Map<number, ProcessEntry>, pids: readonly string[]): void {
  for (const name of pids) {
    const entry = readEntry(name);
    if (entry !== undefined) table.set(entry.pid, entry);
  }
}

function readEntry(name: string): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${name}/stat`, "latin1");
  } catch {
    return undefined; // it has ended since
  }
  // The name in parentheses may hold anything; proc(5) numbers the fields behind it from 3 on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  return {
    pid: Number(name),
    parent: Number(parent),
    group: Number(group),
    started: fields[19] ?? "",
    ended: state === "Z" || state === "X",
  };
}
