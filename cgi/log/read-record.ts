import type { CacheRecord, RequestOutcome, RequestRecord, StageRecord } from "./record.js";

/** Every way an answer can end. */
export const OUTCOMES = [
  "complete",
  "no data",
  "refused",
  "failed",
  "cancelled",
] as const satisfies readonly RequestOutcome[];

/** Everything that the cache can have done for a request. */
export const CACHE_RESULTS = [
  "hit",
  "partial",
  "miss",
  "off",
] as const satisfies readonly CacheRecord["result"][];

/** Fields of a {@link CacheRecord} that are numbers. */
const CACHE_NUMBERS = ["levelSeconds", "blocks", "gaps", "bytesFromCache", "bytesFromReaders"] as const;

/** How every line of the log begins; inside a text its quotes would be escaped. */
const LINE_BEGIN = '{"id":';
/** Every record has it. */
const OUTCOME_FIELD = '"outcome"';
/** Lines that were cut off and glued to the next one are looked through for so many beginnings. */
const MAX_BEGINNINGS = 8;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The fields among `names` that are of the type, and nothing else. */
function only<T>(fields: Fields, names: readonly string[], type: "string" | "number"): Record<string, T> {
  const kept: Record<string, T> = {};
  for (const name of names) {
    const value = fields[name];
    if (typeof value === type) kept[name] = value as T; // the type was just looked at
  }
  return kept;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function stage(value: unknown): StageRecord[] {
  if (!isFields(value)) return [];
  return [
    {
      role: text(value.role),
      argv: texts(value.argv),
      ...only<number>(value, ["status", "beginMs", "endMs"], "number"),
      ...only<string>(value, ["signal"], "string"),
      builtIn: value.builtIn === true,
    },
  ];
}

function cache(value: unknown): CacheRecord | undefined {
  if (!isFields(value)) return undefined;
  const result = CACHE_RESULTS.find((one) => one === value.result);
  return result === undefined
    ? undefined
    : {
        result,
        ...only<number>(value, CACHE_NUMBERS, "number"),
        ...only<string>(value, ["level", "note"], "string"),
      };
}

/**
 * A value read from a log as a record: fields of another type than they should have are left out, since the file may hold anything.
 * `undefined` where it is not a record at all: no id, no time, no known outcome.
 */
export function recordOf(value: unknown): RequestRecord | undefined {
  if (!isFields(value)) return undefined;
  const outcome = OUTCOMES.find((one) => one === value.outcome);
  const time = text(value.time);
  if (outcome === undefined || typeof value.id !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time))
    return undefined;
  const cached = cache(value.cache);
  return {
    id: value.id,
    time,
    pid: 0,
    status: 0,
    durationMs: 0,
    bytes: 0,
    client: text(value.client),
    method: text(value.method),
    host: text(value.host),
    target: text(value.target),
    mount: text(value.mount),
    query: text(value.query),
    userAgent: text(value.userAgent),
    ...only<number>(
      value,
      ["pid", "status", "durationMs", "bytes", "firstByteMs", "resolution", "interval"],
      "number",
    ),
    ...only<string>(value, ["user", "source", "begin", "end", "fileName", "code", "reason"], "string"),
    ...(Array.isArray(value.params) ? { params: texts(value.params) } : {}),
    stages: Array.isArray(value.stages) ? value.stages.flatMap(stage) : [],
    ...(cached === undefined ? {} : { cache: cached }),
    outcome,
    ...(isFields(value.where) ? { where: value.where } : {}),
    ...(Array.isArray(value.stderr) ? { stderr: texts(value.stderr) } : {}),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * The record of a line; where a line was cut off (a full disk, a host that went down) and the next one glued to it, the record of
 * the last. `undefined` where there is none.
 */
export function readRecord(line: Buffer): RequestRecord | undefined {
  // Thousands of lines of something else are passed over without an attempt to parse each.
  if (!line.includes(OUTCOME_FIELD)) return undefined;
  const whole = line.toString("utf8");
  const record = recordOf(parse(whole));
  if (record !== undefined) return record;
  let begin = whole.length;
  for (let tries = 0; tries < MAX_BEGINNINGS && begin > 0; tries++) {
    begin = whole.lastIndexOf(LINE_BEGIN, begin - 1);
    if (begin < 0) return undefined;
    const rest = recordOf(parse(whole.slice(begin)));
    if (rest !== undefined) return rest;
  }
  return undefined;
}
