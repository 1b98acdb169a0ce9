/** Signals that tell a process to end, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** That this process is to end. */
export interface EndSignals {
  /** Aborted at the first of them. */
  readonly signal: AbortSignal;
  /** The exit status of a process that the signal ended; `undefined` where none came. */
  status(): number | undefined;
}

/**
 * Waits for SIGINT, SIGTERM and SIGHUP. The process ends at the second one at once, and where `graceMs` is given also so many
 * milliseconds after the first.
 */
export function endSignals(graceMs?: number): EndSignals {
  const controller = new AbortController();
  let status: number | undefined;
  for (const [name, number] of Object.entries(SIGNALS))
    process.on(name, () => {
      if (status !== undefined) process.exit(status);
      status = 128 + number;
      if (graceMs !== undefined) setTimeout(() => process.exit(status), graceMs).unref();
      controller.abort();
    });
  return { signal: controller.signal, status: () => status };
}
