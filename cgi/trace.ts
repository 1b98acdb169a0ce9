import type { DasError } from "../errors/das-error.js";
import { clockMs } from "../pipeline/clock.js";
import type { Request } from "./http.js";
import type { CacheRecord, RequestOutcome, RequestRecord, StageRecord } from "./log/record.js";

/** Characters of the target that the log keeps. */
const MAX_TARGET = 2048;

/** What the log keeps of an error's cause: text only, with the stack for faults of our own. */
function causeText(error: DasError): string | undefined {
  const cause = error.cause;
  if (cause === undefined) return undefined;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Gathers what the log will say of one request while it is answered. */
export class Trace {
  query = "";
  client: string;
  user: string | undefined;
  source: string | undefined;
  begin: string | undefined;
  end: string | undefined;
  resolution: number | undefined;
  interval: number | undefined;
  params: readonly string[] | undefined;
  fileName: string | undefined;
  stages: readonly StageRecord[] = [];
  /** Programs that were run for gaps of the cache, before those of `stages`. */
  readings: readonly StageRecord[] = [];
  cache: CacheRecord | undefined;
  stderr: string[] | undefined;
  outcome: RequestOutcome = "complete";
  error: DasError | undefined;
  reason: string | undefined;
  firstByteMs: number | undefined;
  /** What the record waits for, though the answer does not: that what was read for it is in its place. Never rejects. */
  late: Promise<unknown> | undefined;
  readonly #ends: ((bytes: number) => void)[] = [];
  readonly #request: Request;
  readonly #startMs = clockMs();
  #endMs: number | undefined;

  constructor(request: Request) {
    this.#request = request;
    this.client = request.peer;
  }

  /** When the request came, ms by the clock of the process. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Milliseconds since the request came. */
  elapsedMs(): number {
    return (this.#endMs ?? clockMs()) - this.#startMs;
  }

  /** The answer has ended: what comes until it is on record takes no time. */
  answered(): void {
    this.#endMs ??= clockMs();
  }

  /** Has something done when the answer has ended, however: `bytes` of its body were sent. */
  onEnd(done: (bytes: number) => void): void {
    this.#ends.push(done);
  }

  /** Does what is to be done then. */
  ended(bytes: number): void {
    for (const done of this.#ends.splice(0)) done(bytes);
  }

  /** Notes an error as the reason of this answer. */
  fail(error: DasError, outcome: RequestOutcome): void {
    this.error = error;
    this.outcome = outcome;
  }

  /** The record of an answer that has ended with this status after so many bytes of body. */
  record(status: number, bytes: number): RequestRecord {
    const request = this.#request;
    const target = `${request.mount}${request.path}${request.query === "" ? "" : `?${request.query}`}`;
    const cause = this.error === undefined ? undefined : causeText(this.error);
    const where = { ...this.error?.where, ...(cause === undefined ? {} : { cause }) };
    const reason = this.error?.message ?? this.reason;
    return {
      id: request.id,
      time: request.receivedAt.toISOString(),
      pid: process.pid,
      client: this.client,
      method: request.method,
      host: request.host,
      target: target.length > MAX_TARGET ? `${target.slice(0, MAX_TARGET)}...` : target,
      mount: request.mount,
      query: this.query,
      userAgent: (request.headers["user-agent"] ?? "").slice(0, 256),
      ...(this.user === undefined ? {} : { user: this.user }),
      ...(this.source === undefined ? {} : { source: this.source }),
      ...(this.begin === undefined ? {} : { begin: this.begin }),
      ...(this.end === undefined ? {} : { end: this.end }),
      ...(this.resolution === undefined ? {} : { resolution: this.resolution }),
      ...(this.interval === undefined ? {} : { interval: this.interval }),
      ...(this.params === undefined ? {} : { params: this.params }),
      ...(this.fileName === undefined ? {} : { fileName: this.fileName }),
      stages: [...this.readings, ...this.stages],
      ...(this.cache === undefined ? {} : { cache: this.cache }),
      status,
      ...(this.firstByteMs === undefined ? {} : { firstByteMs: roundMs(this.firstByteMs) }),
      durationMs: roundMs(this.elapsedMs()),
      bytes,
      outcome: this.outcome,
      ...(this.error === undefined ? {} : { code: this.error.code }),
      ...(reason === undefined ? {} : { reason }),
      ...(Object.keys(where).length === 0 ? {} : { where }),
      ...(this.stderr === undefined || this.stderr.length === 0 ? {} : { stderr: this.stderr }),
    };
  }
}

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
