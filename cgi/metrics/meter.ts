import type { BuildTry } from "../../cache/queue/build-queue.js";
import type { RequestRecord } from "../log/record.js";
import type { MinuteCount } from "../status/recent-requests.js";

/** What counts: a server, or a worker, which answers nobody. */
export type MeterKind = "server" | "worker";

/** Counts what a resident server or a worker does. Nothing here throws or waits. */
export interface Meter {
  /** A request has come; the result is called when its answer has ended. */
  began(): () => void;
  /** An answer has ended, with the record of it, whether that is written or not. */
  ended(record: RequestRecord): void;
  /** One try of a build in this process is over. */
  built(one: BuildTry): void;
  /** Requests that are being answered. */
  readonly inFlight: number;
  /** Requests of the last minutes, the oldest minute first, the running one last. */
  recent(): readonly MinuteCount[];
  /** Everything that was counted, in the text form of Prometheus. */
  text(): Promise<string>;
}
