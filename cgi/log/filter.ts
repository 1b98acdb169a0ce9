import type { Place } from "./place.js";
import type { CacheRecord, RequestOutcome, RequestRecord } from "./record.js";

/** What is asked of the log viewer. */
export interface LogFilter {
  /** Address of the clients wanted; missing: all. */
  readonly client?: string;
  /** UTC, `yyyy-mm-dd`; missing: the newest there is, unless a range is asked for. */
  readonly day?: string;
  /** Begin and end of the range as they were given; missing: open. */
  readonly begin?: string;
  readonly end?: string;
  /** The range in ms since 1970, `to` excluded; missing: open. */
  readonly from?: number;
  readonly to?: number;
  /** Id of the one request that is wanted. */
  readonly id?: string;
  /** `problems` is everything that is neither complete nor without data. */
  readonly outcome: "any" | "problems" | RequestOutcome;
  /** Part of the name of a source, without case; empty: any. */
  readonly source: string;
  /** Text anywhere in a record, without case; empty: any. */
  readonly text: string;
  /** `404`, or a class as `4xx`. */
  readonly status?: string;
  /** Shortest and longest duration, ms, both included. */
  readonly slower?: number;
  readonly faster?: number;
  readonly cache?: CacheRecord["result"];
  /** Where to go on; missing: at the newest. */
  readonly before?: Place;
  /** Whether command lines and internals are neither shown nor looked through; never from a parameter. */
  readonly hidesInternals?: boolean;
  /** Seconds; one of `REFRESH_SECONDS`. */
  readonly refresh: number;
}

/** Whether an answer ended as it should. */
export function isProblem(outcome: RequestOutcome): boolean {
  return outcome !== "complete" && outcome !== "no data";
}

/** A record without what only addresses in `VIEW_COMMANDS_ALLOW` may see: command lines, paths, causes. */
export function withoutInternals({ where: _where, ...record }: RequestRecord): RequestRecord {
  return { ...record, stages: record.stages.map((stage) => ({ ...stage, argv: [] })) };
}

/** Everything in a record that a text is looked for in, a line each. */
export function everyText(record: RequestRecord): string {
  return [
    record.id,
    record.client,
    record.method,
    record.host,
    record.target,
    record.query,
    record.userAgent,
    record.user,
    record.source,
    record.fileName,
    record.code,
    record.reason,
    ...(record.params ?? []),
    ...(record.cache === undefined
      ? []
      : [`cache ${record.cache.result}`, record.cache.level, record.cache.note]),
    ...record.stages.flatMap(({ role, argv, signal }) => [role, ...argv, signal ?? ""]),
    ...(record.where === undefined ? [] : [JSON.stringify(record.where)]),
    ...(record.stderr ?? []),
  ].join("\n");
}

/** Whether lines that are no records are wanted: not where something is asked for that only records have. */
export function wantsJunk(filter: LogFilter): boolean {
  const { client, outcome, source, text, id, status, slower, faster, cache, from, to } = filter;
  const narrow = [client, id, status, slower, faster, cache, from, to];
  return outcome === "any" && source === "" && text === "" && narrow.every((one) => one === undefined);
}

/** Class of a status, its hundreds: 0 to 5; what is no status is in class 0. */
export function statusClass(status: number): number {
  return status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
}

function isInRange({ time }: RequestRecord, { from, to }: LogFilter): boolean {
  if (from === undefined && to === undefined) return true;
  const ms = Date.parse(time);
  return (from === undefined || ms >= from) && (to === undefined || ms < to);
}

function hasStatus({ status }: RequestRecord, wanted: string): boolean {
  return wanted.endsWith("xx") ? statusClass(status) === Number(wanted.charAt(0)) : status === Number(wanted);
}

/** Whether a record is wanted. */
export function matches(record: RequestRecord, filter: LogFilter): boolean {
  const { id, client, outcome, status, slower, faster, cache, source, text } = filter;
  if (id !== undefined && record.id !== id) return false;
  if (client !== undefined && record.client !== client) return false;
  if (outcome === "problems" && !isProblem(record.outcome)) return false;
  if (outcome !== "any" && outcome !== "problems" && record.outcome !== outcome) return false;
  if (status !== undefined && !hasStatus(record, status)) return false;
  if (slower !== undefined && !(record.durationMs >= slower)) return false;
  if (faster !== undefined && !(record.durationMs <= faster)) return false;
  if (cache !== undefined && record.cache?.result !== cache) return false;
  if (!isInRange(record, filter)) return false;
  if (source !== "" && !(record.source ?? "").toLowerCase().includes(source.toLowerCase())) return false;
  if (text === "") return true;
  const searched = filter.hidesInternals === true ? withoutInternals(record) : record;
  return everyText(searched).toLowerCase().includes(text.toLowerCase());
}
