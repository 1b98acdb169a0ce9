import type { BlockPeriod } from "../level.js";
import type { Sidecar } from "./sidecar.js";

/** Longest text of a sidecar that is looked at, bytes: one of a source with long parameters has about 1000. */
export const MOST_SIDECAR_BYTES = 16 * 1024;

/** Most characters of one text in a sidecar, and most words for a reader. */
const MOST_CHARACTERS = 4096;
const MOST_WORDS = 1024;

const PERIODS: ReadonlySet<string> = new Set<BlockPeriod>([
  "persecond",
  "perminute",
  "hourly",
  "daily",
  "monthly",
  "yearly",
]);

/** A sidecar as it stands in its file. */
export function printSidecar(sidecar: Sidecar): string {
  return `${JSON.stringify(sidecar)}\n`;
}

/**
 * What a sidecar says, every field checked: `undefined` for everything that is not one. Fields that are not known are left out.
 * Source: das2-server 15.2.
 */
export function parseSidecar(text: string): Sidecar | undefined {
  if (text.length > MOST_SIDECAR_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isObject(value) ? sidecarOf(value) : undefined;
}

function sidecarOf(value: Fields): Sidecar | undefined {
  const { v, source, dsdfHash, dataVersion, params, res, period, complete, noData, adopted, changed } = value;
  const { records, bytes, sha256, crc32, headerBytes, flat, begin, end, builtAt, sourceMtime } = value;
  const { validFrom, validTo } = value;
  const madeFrom = madeFromOf(value.madeFrom);
  const x = value.x === undefined ? undefined : rangeOf(value.x);
  const statistics = value.statistics === undefined ? undefined : fileOf(value.statistics);
  if (v !== 1 || complete !== true || madeFrom === undefined) return undefined;
  if (!isText(source) || !isHash(dsdfHash, 16) || !isOptional(dataVersion, isText)) return undefined;
  if (!isWords(params) || !isText(res) || !isText(period) || !PERIODS.has(period)) return undefined;
  if (!isInstant(begin) || !isInstant(end) || !isInstant(builtAt) || !isOptional(sourceMtime, isInstant))
    return undefined;
  if (!isOptional(validFrom, isInstant) || !isOptional(validTo, isInstant)) return undefined;
  if (!isCount(records) || !isCount(bytes) || !isHash(sha256, 64) || !isWord32(crc32)) return undefined;
  if (noData !== (records === 0) || typeof flat !== "boolean") return undefined;
  if (!isCount(headerBytes) || headerBytes > bytes) return undefined;
  if (!isOptional(adopted, isTrue) || !isOptional(changed, isTrue)) return undefined;
  if (x === undefined && value.x !== undefined) return undefined;
  if (statistics === undefined && value.statistics !== undefined) return undefined;
  return {
    v,
    source,
    dsdfHash,
    ...(dataVersion !== undefined && { dataVersion }),
    params,
    res,
    period,
    begin,
    end,
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
    builtAt,
    ...(sourceMtime !== undefined && { sourceMtime }),
    records,
    bytes,
    sha256,
    crc32,
    complete,
    noData,
    ...(adopted !== undefined && { adopted }),
    madeFrom,
    headerBytes,
    flat,
    ...(x !== undefined && { x }),
    ...(statistics !== undefined && { statistics }),
    ...(changed !== undefined && { changed }),
  };
}

function madeFromOf(value: unknown): Sidecar["madeFrom"] | undefined {
  if (!isObject(value)) return undefined;
  const { kind, level, steps } = value;
  if (kind === "raw") return { kind };
  if (kind === "level" && isText(level) && isCount(steps) && steps > 0) return { kind, level, steps };
  return undefined;
}

function rangeOf(value: unknown): Sidecar["x"] {
  if (!isObject(value)) return undefined;
  const { first, last } = value;
  if (typeof first !== "number" || typeof last !== "number") return undefined;
  return Number.isFinite(first) && Number.isFinite(last) && first <= last ? { first, last } : undefined;
}

function fileOf(value: unknown): Sidecar["statistics"] {
  if (!isObject(value)) return undefined;
  const { bytes, sha256, crc32 } = value;
  return isCount(bytes) && isHash(sha256, 64) && isWord32(crc32) ? { bytes, sha256, crc32 } : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOptional<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value);
}

function isTrue(value: unknown): value is true {
  return value === true;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MOST_CHARACTERS;
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MOST_WORDS && value.every(isText);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isWord32(value: unknown): value is number {
  return isCount(value) && value <= 0xffff_ffff;
}

function isHash(value: unknown, digits: number): value is string {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value);
}

/** ISO-8601, UTC, of a day that the calendar has. */
function isInstant(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
}
