import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { within } from "./within.js";

/** Groups that were started and are not known to be gone; the key is the id of the group, that is of its leader. */
const live = new Set<number>();

/** How long a group may take to vanish after SIGKILL before it is given up, ms. */
const AFTER_KILL_MS = 1000;

/** Notes a group that a child just became the leader of. */
export function registerGroup(groupId: number): void {
  live.add(groupId);
}

/** The number of groups that were started and not seen to end: 0 when nothing runs. */
export function liveGroups(): number {
  return live.size;
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
 * left, at the latest a second after SIGKILL.
 *
 * @param leaderEnd resolves when the leader has ended and was collected
 * Source: das2-server 3.3.
 */
export async function endGroup(groupId: number, graceMs: number, leaderEnd: Promise<unknown>): Promise<void> {
  if (!live.has(groupId)) return;
  signalGroup(groupId, "SIGTERM");
  // A stopped process takes SIGTERM only when it runs again.
  signalGroup(groupId, "SIGCONT");
  const started = performance.now();
  let killedAt: number | undefined;
  // The end of the leader is an event; the end of the processes it started is not, so they are looked for.
  await within(leaderEnd, graceMs);
  for (let pauseMs = 4; !(await isGone(groupId)); pauseMs = Math.min(50, pauseMs * 2)) {
    const now = performance.now();
    if (killedAt === undefined && now - started >= graceMs) {
      signalGroup(groupId, "SIGKILL");
      killedAt = now;
      pauseMs = 4;
    } else if (killedAt !== undefined && now - killedAt > AFTER_KILL_MS) {
      break;
    }
    await delay(pauseMs);
  }
  live.delete(groupId);
}

/** Whether nothing of the group runs any more. */
async function isGone(groupId: number): Promise<boolean> {
  return !signalGroup(groupId, 0) || (await hasOnlyZombies(groupId));
}

/**
 * Whether all that is left of a group has ended and waits to be collected by the init process, which may never do
 * it where a container has none. `false` where the system does not tell.
 */
async function hasOnlyZombies(groupId: number): Promise<boolean> {
  let zombies = 0;
  try {
    for (const name of await readdir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      // The name in parentheses may hold anything; after it come state, parent and group.
      const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (group !== String(groupId)) continue;
      if (state !== "Z" && state !== "X") return false;
      zombies++;
    }
  } catch {
    return false;
  }
  return zombies > 0;
}

/**
 * Kills every group at once, without grace and without waiting: for signal handlers and the `exit` event of a
 * process that must end now. Returns the number of groups that were signalled.
 */
export function killAllPipelines(): number {
  let signalled = 0;
  for (const groupId of live) if (signalGroup(groupId, "SIGKILL")) signalled++;
  live.clear();
  return signalled;
}

/**
 * Makes this process take its pipelines with it, whether it ends by itself or is told to by a signal: a group of its
 * own is out of reach of whoever signals the group of this process.
 */
export function killPipelinesOnExit(): void {
  process.on("exit", killAllPipelines);
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
    ["SIGHUP", 1],
  ] as const)
    process.on(signal, () => process.exit(128 + number));
}
