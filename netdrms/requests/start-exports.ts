import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { asDasError } from "../../errors/das-error.js";
import { removeExpired, removeLeftovers } from "./export-room.js";
import type { ExportSite } from "./export-site.js";
import { type LeaseHolder, takeRequest } from "./lease.js";
import { requestTrouble } from "./request-trouble.js";
import { runRequest } from "./run-request.js";

/** The running of requests in this process. */
export interface ExportWork {
  /** Puts back what runs, and resolves when nothing does any more. */
  close(): Promise<void>;
}

/** How a process runs requests. */
export interface ExportWorkOptions {
  /** Requests at the same time. */
  readonly concurrency: number;
  /** How often it is looked for requests, ms. */
  readonly pollMs?: number;
}

/** Clients ask for the state of theirs every five seconds. */
const POLL_MS = 1000;
const SWEEP_MS = 60_000;

/**
 * Runs the requests of a site, and removes exports whose time is over, until it is closed. Any number of processes may do so: what one of
 * them has taken is left alone by the others until its lease has run out.
 */
export function startExports(
  site: ExportSite,
  { concurrency, pollMs = POLL_MS }: ExportWorkOptions,
): ExportWork {
  const stop = new AbortController();
  const say = onceInARow(site.log);
  const runs = Array.from({ length: concurrency }, () =>
    again(pollMs, stop.signal, say, async () => {
      const holder: LeaseHolder = { pool: site.pool, runner: runnerName(), leaseMs: site.leaseMs };
      for (;;) {
        if (stop.signal.aborted) return;
        const request = await takeRequest(holder);
        if (request === undefined) return;
        await runRequest(site, holder, request, stop.signal);
      }
    }),
  );
  const sweep = again(SWEEP_MS, stop.signal, say, async () => {
    await removeExpired(site, stop.signal);
    await removeLeftovers(site, site.now());
  });
  return {
    async close() {
      stop.abort();
      await Promise.all([...runs, sweep]);
    },
  };
}

function runnerName(): string {
  return `${hostname()}:${process.pid}:${randomBytes(6).toString("hex")}`;
}

/** Does some work again and again, a pause after each time, until the signal; keeps no process from ending. */
async function again(
  pauseMs: number,
  signal: AbortSignal,
  say: (line: string | undefined) => void,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
      say(undefined);
    } catch (error) {
      say(`exports: ${asDasError(requestTrouble(error), "the work on exports").message}`);
    }
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, pauseMs);
      timer.unref();
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
      signal.addEventListener("abort", done);
    });
  }
}

/** A log that tells the same trouble once until it is over. */
function onceInARow(log: (line: string) => void): (line: string | undefined) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== undefined && line !== last) log(line);
    last = line;
  };
}
