import { DasError } from "../../errors/das-error.js";

/** Kinds of requests that are counted apart: all of them, and those that read data. */
export type RequestKind = "any" | "data";

/** What one client may have. 0 is no limit. */
export interface ClientAllowance {
  /** Requests at once of each kind. */
  readonly atOnce: Readonly<Record<RequestKind, number>>;
  /** Bytes of data in an hour. */
  readonly hourBytes: number;
}

/** Gives a place back; to be called once. */
export type Leave = () => void;

/** Counts what clients have at the moment. `client` is a {@link clientName}. */
export interface ClientLimits {
  /** Takes a place for a request. Errors: TOO_MANY_REQUESTS, with `retryAfterSeconds` in `where`. */
  enter(kind: RequestKind, client: string): Leave | Promise<Leave>;
  /** Notes bytes of data that went to a client. Never throws. */
  sent(client: string, bytes: number): void;
}

/** A client that has all its places taken may try again then, seconds: a usual request has ended. */
const PLACE_RETRY_S = 2;
/** The longest that a client is told to wait, seconds. */
const LONGEST_RETRY_S = 3600;

/** The error for a client whose places are all taken. */
export function tooManyAtOnce(kind: RequestKind, most: number): DasError {
  const what = kind === "data" ? "requests for data" : "requests";
  return new DasError(
    "TOO_MANY_REQUESTS",
    `There are ${most} ${what} of yours being answered, which is as many as one client may have at once; try again when one has ended`,
    { retryAfterSeconds: PLACE_RETRY_S, limit: kind === "data" ? "CLIENT_DATA_REQUESTS" : "CLIENT_REQUESTS" },
  );
}

/** The error for a client that has had more than its bytes. @param over bytes that are to be paid back, more than 0 */
export function tooManyBytes(hourBytes: number, over: number): DasError {
  const seconds = Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil((over / hourBytes) * 3600)));
  return new DasError(
    "TOO_MANY_REQUESTS",
    `You have had the ${hourBytes} bytes of data that one client may have in an hour; try again in ${seconds} s`,
    { retryAfterSeconds: seconds, limit: "CLIENT_BYTES" },
  );
}
