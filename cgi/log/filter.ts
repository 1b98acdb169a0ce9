import { SocketAddress } from "node:net";
import { DasError } from "../../errors/das-error.js";
import type { QueryWords } from "../query-words.js";
import { isDay } from "./log-files.js";
import { OUTCOMES } from "./read-record.js";
import type { RequestOutcome, RequestRecord } from "./record.js";

/** Seconds after which the page may load itself again; 0 is never. */
export const REFRESH_SECONDS = [0, 15, 60, 300] as const;

/** What is asked of the log viewer. */
export interface LogFilter {
  /** Address of the clients wanted; missing: all. */
  readonly client?: string;
  /** UTC, `yyyy-mm-dd`; missing: the newest there is. */
  readonly day?: string;
  /** `problems` is everything that is neither complete nor without data. */
  readonly outcome: "any" | "problems" | RequestOutcome;
  /** Part of the name of a source, without case; empty: any. */
  readonly source: string;
  /** Text anywhere in a record, without case; empty: any. */
  readonly text: string;
  /** Offset in the day's file before which to look; missing: its end. */
  readonly before?: number;
  /** Seconds; one of {@link REFRESH_SECONDS}. */
  readonly refresh: number;
}

/** The usual form of an address, `undefined` for other text. */
function address(text: string): string | undefined {
  try {
    return new SocketAddress({ address: text, family: text.includes(":") ? "ipv6" : "ipv4" }).address;
  } catch {
    return undefined;
  }
}

function bad(name: string, value: string, expected: string): never {
  throw new DasError("BAD_PARAMETER", `${name}=${value.slice(0, 60)} is not known, expected ${expected}`);
}

function readClient(text: string | undefined, own: string): string | undefined {
  if (text === "*" || text === "all") return undefined;
  if (text === undefined) return address(own) ?? own;
  return address(text) ?? bad("ip", text, "an address, or * for all");
}

/**
 * Reads the parameters of the viewer. `ip` is the client's own address where it is not given; `type` has one value only.
 * Errors: BAD_PARAMETER. Source: das2-server 18.2.
 */
export function readFilter(words: QueryWords, ownAddress: string): LogFilter {
  const type = words.get("type");
  if (type !== undefined && type !== "das2") bad("type", type, "das2");
  const client = readClient(words.get("ip"), ownAddress);
  const day = words.get("day");
  if (day !== undefined && !isDay(day)) bad("day", day, "a date as 2021-06-30");
  const outcomeText = words.get("outcome") ?? "any";
  const outcome = (["any", "problems", ...OUTCOMES] as const).find((one) => one === outcomeText);
  if (outcome === undefined) bad("outcome", outcomeText, `any, problems, ${OUTCOMES.join(", ")}`);
  const beforeText = words.get("before");
  const before = beforeText === undefined ? undefined : Number(beforeText);
  if (beforeText !== undefined && !/^\d{1,15}$/.test(beforeText)) bad("before", beforeText, "an offset");
  const refreshText = words.get("refresh") ?? "0";
  const refresh = REFRESH_SECONDS.find((seconds) => String(seconds) === refreshText);
  if (refresh === undefined) bad("refresh", refreshText, REFRESH_SECONDS.join(", "));
  return {
    ...(client === undefined ? {} : { client }),
    ...(day === undefined ? {} : { day }),
    outcome,
    source: words.get("source") ?? "",
    text: words.get("text") ?? "",
    ...(before === undefined ? {} : { before }),
    refresh,
  };
}

/** The query string that {@link readFilter} reads as this filter. */
export function filterQuery(filter: LogFilter): string {
  const words = new URLSearchParams({ ip: filter.client ?? "*" });
  if (filter.day !== undefined) words.set("day", filter.day);
  if (filter.outcome !== "any") words.set("outcome", filter.outcome);
  if (filter.source !== "") words.set("source", filter.source);
  if (filter.text !== "") words.set("text", filter.text);
  if (filter.before !== undefined) words.set("before", String(filter.before));
  if (filter.refresh !== 0) words.set("refresh", String(filter.refresh));
  return words.toString();
}

/** Whether an answer ended as it should. */
export function isProblem(outcome: RequestOutcome): boolean {
  return outcome !== "complete" && outcome !== "no data";
}

function everyText(record: RequestRecord): string {
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

/** Whether a line can hold a record that is wanted, by its bytes: most lines of a busy day need not be parsed. */
export function mayMatch(line: Buffer, filter: LogFilter): boolean {
  return filter.client === undefined || line.includes(filter.client);
}

/** Whether a record is wanted. */
export function matches(record: RequestRecord, filter: LogFilter): boolean {
  if (filter.client !== undefined && record.client !== filter.client) return false;
  if (filter.outcome === "problems" ? !isProblem(record.outcome) : false) return false;
  if (filter.outcome !== "any" && filter.outcome !== "problems" && record.outcome !== filter.outcome)
    return false;
  if (filter.source !== "" && !(record.source ?? "").toLowerCase().includes(filter.source.toLowerCase()))
    return false;
  return filter.text === "" || everyText(record).toLowerCase().includes(filter.text.toLowerCase());
}
