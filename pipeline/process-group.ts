import { setTimeout as delay } from "node:timers/promises";
import {
  descendantsOf,
  type ProcessEntry,
  type ProcessTable,
  processTable,
  processTableNow,
} from "./process-table.js";
import { within } from "./within.js";

/** Groups that were started and are not known to be gone; the key is the id of the group, that is of its leader. */
const live = new Set<number>();

/** Groups that are being ended, with what has left them; the key is the id of the group. */
const endings = new Map<number, Ending>();

interface Ending {
  done: Promise<void>;
  /** What runs outside of the group but descends from it. */
  strays: readonly ProcessEntry[];
}

/** How long a group may take to vanish after SIGKILL before it is given up, ms. */
const AFTER_KILL_MS = 1000;

/** How often it is looked whether somebody else has left a group that is being stopped. */
const MOST_ROUNDS = 10;

let killsAtExit = false;

/**
 * Notes a group that a child just became the leader of. From the first one on this process kills what it has started
 * when it ends by itself, also by an error that nobody caught; see {@link killPipelinesOnSignal} and `watchdog.ts` for
 * the other ways to end.
 */
export function registerGroup(groupId: number): void {
  if (!killsAtExit) process.once("exit", killAllPipelines);
  killsAtExit = true;
  live.add(groupId);
}

/** The number of groups that were started and not seen to end: 0 when nothing runs. */
export function liveGroups(): number {
  return liveGroupIds().size;
}

function liveGroupIds(): ReadonlySet<number> {
  return new Set([...live, ...endings.keys()]);
}

/** Sends `signal` to every process of the group; `false` when there is none. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: something is there that is not ours to signal, for example a set-uid program.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Forgets the group if none of its processes is left. Call it right after the leader's end was reported. */
export function forgetGroupIfGone(groupId: number): boolean {
  if (signalGroup(groupId, 0)) return false;
  live.delete(groupId);
  return true;
}

/**
 * Ends a whole group: SIGTERM, and SIGKILL to what is left after `graceMs`. Resolves when no process of it is
 * left, at the latest a second after SIGKILL. A group that is being ended already is not ended twice.
 *
 * On Linux the processes that have left the group (by `setsid`, say) but descend from one of it are ended in the same
 * way. One whose parent had ended before, as a daemon does that forks twice, is none of these: see `escaped.ts`.
 *
 * @param leaderEnd resolves when the leader has ended and was collected
 * Source: das2-server 3.3.
 */
export function endGroup(groupId: number, graceMs: number, leaderEnd: Promise<unknown>): Promise<void> {
  const under = endings.get(groupId);
  if (under !== undefined) return under.done;
  if (!isLive(groupId)) return Promise.resolve();
  const ending: Ending = { done: Promise.resolve(), strays: [] };
  endings.set(groupId, ending);
  ending.done = endTree(groupId, ending, graceMs, leaderEnd).finally(() => endings.delete(groupId));
  return ending.done;
}

async function endTree(
  groupId: number,
  ending: Ending,
  graceMs: number,
  leaderEnd: Promise<unknown>,
): Promise<void> {
  await holdTree(groupId, ending);
  signalTree(groupId, ending, "SIGTERM");
  // A stopped process takes SIGTERM only when it runs again.
  signalTree(groupId, ending, "SIGCONT");
  const started = performance.now();
  let killedAt: number | undefined;
  // The end of the leader is an event; the end of the processes it started is not, so they are looked for.
  await within(leaderEnd, graceMs);
  for (let pauseMs = 4; isLive(groupId) || ending.strays.length > 0; pauseMs = Math.min(50, pauseMs * 2)) {
    const table = await processTable();
    ending.strays = straysOf(groupId, table, ending.strays);
    if (ending.strays.length === 0 && (!isLive(groupId) || hasOnlyEnded(groupId, table))) break;
    const now = performance.now();
    if (killedAt === undefined && now - started >= graceMs) {
      await holdTree(groupId, ending);
      signalTree(groupId, ending, "SIGKILL");
      killedAt = performance.now();
      pauseMs = 4;
    } else if (killedAt !== undefined && now - killedAt > AFTER_KILL_MS) {
      break;
    }
    await delay(pauseMs);
  }
  live.delete(groupId);
}

/**
 * Stops the group and what has left it. While a tree stands still nothing is started in it and no parent ends, so what
 * has left the group can be told by its parents: whoever is found by that is stopped too, until nobody new is found.
 */
async function holdTree(groupId: number, ending: Ending): Promise<void> {
  signalTree(groupId, ending, "SIGSTOP");
  for (let round = 0; round < MOST_ROUNDS; round++)
    if (!holdFound(groupId, ending, await processTable())) return;
}

/** Stops who is found outside of the group and was not before; whether there was anybody. */
function holdFound(groupId: number, ending: Ending, table: ProcessTable): boolean {
  const held = new Set(ending.strays.map(({ pid }) => pid));
  ending.strays = straysOf(groupId, table, ending.strays);
  const found = ending.strays.filter(({ pid }) => !held.has(pid));
  for (const { pid } of found) signalProcess(pid, "SIGSTOP");
  return found.length > 0;
}

/** Whether the group has a process; once it has none its number may become that of another. */
function isLive(groupId: number): boolean {
  return live.has(groupId) && !forgetGroupIfGone(groupId);
}

/** Whether all that is left of a group waits to be collected by the init process, which not every container has. */
function hasOnlyEnded(groupId: number, table: ProcessTable): boolean {
  const members = [...table.values()].filter((entry) => entry.group === groupId);
  return members.length > 0 && members.every((entry) => entry.ended);
}

/** What runs outside of the group but descends from one of it, or from what was known to. */
function straysOf(
  groupId: number,
  table: ProcessTable,
  known: readonly ProcessEntry[],
): readonly ProcessEntry[] {
  const found = new Map<number, ProcessEntry>();
  for (const { pid, started } of known) {
    const entry = table.get(pid);
    if (entry?.started === started) found.set(pid, entry);
  }
  const roots = new Set(found.keys());
  if (isLive(groupId)) for (const entry of table.values()) if (entry.group === groupId) roots.add(entry.pid);
  for (const entry of descendantsOf(roots, table)) if (entry.group !== groupId) found.set(entry.pid, entry);
  return [...found.values()].filter((entry) => !entry.ended);
}

function signalTree(groupId: number, { strays }: Ending, signal: NodeJS.Signals): void {
  if (live.has(groupId)) signalGroup(groupId, signal);
  for (const { pid } of strays) signalProcess(pid, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is not ours to signal.
  }
}

/**
 * Kills every group at once, without grace and without waiting, with what has left it as {@link endGroup} says: for
 * signal handlers and the `exit` event of a process that must end now. Returns the number of groups that were
 * signalled.
 */
export function killAllPipelines(): number {
  const trees = [...liveGroupIds()].map(
    (groupId) => [groupId, endings.get(groupId) ?? { done: Promise.resolve(), strays: [] }] as const,
  );
  for (const [groupId, ending] of trees) signalTree(groupId, ending, "SIGSTOP");
  let open = trees;
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round++) {
    const table = processTableNow();
    open = open.filter(([groupId, ending]) => holdFound(groupId, ending, table));
  }
  for (const [, { strays }] of trees) for (const { pid } of strays) signalProcess(pid, "SIGKILL");
  let signalled = 0;
  for (const groupId of live) if (signalGroup(groupId, "SIGKILL")) signalled++;
  live.clear();
  return signalled;
}

/**
 * Makes this process take its pipelines with it when it is told to end by a signal, for programs that have no better
 * answer to one: a group of its own is out of reach of whoever signals the group of this process.
 */
export function killPipelinesOnSignal(): void {
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
    ["SIGHUP", 1],
  ] as const)
    process.on(signal, () => process.exit(128 + number));
}
