import type { BuildJob, BuildReport, Urgency } from "../../../cache/queue/build-queue.js";

/** A build of a day of a source. */
export function dayJob(sourceId: string, number: number, urgency: Urgency = "operator"): BuildJob {
  return { sourceId, params: [], period: "daily", number, urgency };
}

/** What a build that did something says. */
export const REPORT: BuildReport = {
  built: { "bin-60s daily": 1 },
  skipped: 2,
  bytes: 345,
  readerRuns: 1,
  ms: 6,
};

/** A promise and the key to it. */
export interface Gate<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
