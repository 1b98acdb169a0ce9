import type { DasError } from "../errors/das-error.js";
import type { StreamException } from "../stream/model.js";
import type { ExitStatus } from "./child.js";

/** Why a pipeline failed, in one word for logs and counters. The error beside it says the rest. */
export type FailureReason =
  /** A program ended with a status other than 0, or by a signal. */
  | "status"
  /** A program that is not here or may not be run. */
  | "start"
  /** What a program wrote is not a stream, or ends inside a packet. */
  | "bad stream"
  /** A built-in stage refused its arguments or what it read. */
  | "stage"
  /** The stream itself ends with an exception other than NoDataInInterval. */
  | "exception"
  /** Nothing at all was written. */
  | "empty"
  | "time limit"
  | "output limit"
  | "overloaded";

/**
 * How a pipeline ended; das2-server 15.7. `complete` and `no data` hold only if every stage ended well and
 * the stream ended on a packet boundary.
 */
export type Outcome =
  | { readonly kind: "complete" }
  /** A whole stream without a data packet, with or without a NoDataInInterval exception. */
  | { readonly kind: "no data" }
  | {
      readonly kind: "failed";
      readonly reason: FailureReason;
      readonly error: DasError;
      /** Index of the stage that failed, where it is one. */
      readonly stage?: number;
    }
  | { readonly kind: "cancelled" };

/** How one stage ended. */
export type StageStatus =
  | { readonly kind: "running" }
  | ({
      readonly kind: "exited";
      /** It was told to end, or lost its reader, because its output was not wanted any more. */
      readonly unwanted: boolean;
    } & ExitStatus)
  /** Built in: it ended well, or with the error. */
  | { readonly kind: "built in"; readonly error?: DasError };

/** When a stage began and ended, ms by the clock of the process (`clock.ts`); missing: not yet. */
export interface StageTime {
  readonly beginMs?: number;
  readonly endMs?: number;
}

/** What is known of the stream that a pipeline wrote. */
export interface StreamFacts {
  readonly bytes: number;
  /** Data packets; `undefined` where the form is not looked into. */
  readonly packets: number | undefined;
  readonly exception: StreamException | undefined;
  /** That there is not one byte means that there are no data. */
  readonly mayBeEmpty: boolean;
}
