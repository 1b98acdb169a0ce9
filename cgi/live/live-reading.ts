import { createHash } from "node:crypto";
import { binGrid, fixedOrigin, wholeBins } from "../../dsdf/bin-grid.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { NS_PER_DAY, wholeNanoseconds } from "../../dsdf/nanoseconds.js";
import { isReducible } from "../../dsdf/reduction.js";
import type { Stage } from "../../dsdf/stage.js";
import { planStages } from "../../dsdf/stages.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { PipelineLimits } from "../../pipeline/limits.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import {
  compareTimes,
  makeTime,
  type Time,
  type TimeRange,
  timeToUs2000,
  us2000ToTime,
} from "../../stream/time.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import type { Site } from "../site.js";
import type { EqualX } from "./position.js";

/** What a live stream is made of, the same for all clients that ask for the same; `query` is one of them, its range means nothing. */
export interface LiveSubject {
  readonly source: DataSource;
  readonly query: DataQuery;
  /** Width of its bins, microseconds; missing: it gives the records as they are. */
  readonly binUs?: number;
  readonly equalX: EqualX;
}

/** A reading as programs to be run. */
export interface LiveReading {
  readonly stages: readonly Stage[];
  /** Cuts bins to the range, by their centres, us2000. */
  readonly cut?: { readonly begin: number; readonly end: number };
}

/** What a reader is asked for that goes on by itself. */
const FOREVER = makeTime(9999, 1, 1);

/** Readers that go on by themselves may do so, and be silent as long as there is nothing new. */
const ENDLESS: Pick<PipelineLimits, "wallMs" | "idleMs"> = {
  wallMs: Number.POSITIVE_INFINITY,
  idleMs: Number.POSITIVE_INFINITY,
};

/** The subject of a query. Bins begin at the same times in each reading, wherever it begins. */
export function liveSubject(source: DataSource, query: DataQuery, site: Site): LiveSubject {
  const { resolution } = query;
  const plain: DataQuery = { ...query, output: "das2" };
  if (resolution === undefined || !isReducible(source, pipelineSetting(site).tools))
    return { source, query: plain, equalX: "records" };
  const binOrigin = commonOrigin(query, resolution, source);
  return {
    source,
    query: { ...plain, exactBins: true, binOrigin },
    binUs: resolution * 1e6,
    equalX: "one",
  };
}

/** The same for all clients, as far as the bins are the same. */
function commonOrigin({ begin }: DataQuery, width: number, { cacheLevels }: DataSource): Time {
  const whole = wholeNanoseconds(width);
  if (whole !== undefined && NS_PER_DAY % whole === 0n) return { day: 0, ns: 0 };
  return fixedOrigin(width, cacheLevels) ?? binGrid(begin, width, cacheLevels).origin;
}

const definitions = new WeakMap<DataSource, string>();

/** The same for definitions that say the same, whenever they were read. */
function definitionKey(source: DataSource): string {
  let key = definitions.get(source);
  if (key === undefined) {
    key = JSON.stringify([source.id, source.file, ...source.keywords]);
    definitions.set(source, key);
  }
  return key;
}

/** What clients must have in common to share their readings: who asks after a definition was edited shares none with those before. */
export function subjectKey({ source, query }: LiveSubject): string {
  const { resolution, binOrigin, interval, params, values, statistics, spectrum } = query;
  const asked = JSON.stringify([resolution, binOrigin, interval, params, values, statistics, spectrum]);
  return createHash("sha256").update(definitionKey(source)).update(asked).digest("hex");
}

/** What is to be read, us2000. */
export interface ReadingRange {
  readonly begin: number;
  /** Excluded. */
  readonly end: number;
  /** No bin is made of what is before; missing: bins are whole. */
  readonly notBefore?: number;
  /** Nothing follows: bins whose centre is behind the end are not given. */
  readonly isClosed?: boolean;
}

/**
 * The programs that give what is in [begin, end), us2000. Bins are read whole; of their last one nobody knows whether it is complete.
 * Errors: those of {@link planStages}.
 */
export function planReading(
  { source, query, binUs }: LiveSubject,
  range: ReadingRange,
  site: Site,
): LiveReading {
  const { tools } = pipelineSetting(site);
  const bounds: TimeRange = { begin: us2000ToTime(range.begin), end: us2000ToTime(range.end) };
  if (binUs === undefined)
    return { stages: planStages(source, { ...query, ...bounds, reading: bounds }, tools) };
  // The bin that is under way is read as well: by it the one before is known to be complete.
  const whole = wholeBins(gridOf(query), bounds.begin, bounds.end);
  const first = us2000ToTime(range.notBefore ?? Number.NEGATIVE_INFINITY);
  const begin = compareTimes(whole.begin, first) < 0 ? first : whole.begin;
  const { end } = whole;
  return {
    stages: planStages(source, { ...query, ...bounds, reading: { begin, end } }, tools),
    cut: { begin: range.begin, end: range.isClosed === true ? range.end : timeToUs2000(end) },
  };
}

/** The same for a source whose live reader goes on by itself. */
export function planFollowing(subject: LiveSubject, begin: number, site: Site): LiveReading {
  const { source } = subject;
  const following = { ...subject, source: { ...source, reader: source.liveReader ?? source.reader } };
  return planReading(following as LiveSubject, { begin, end: timeToUs2000(FOREVER) }, site);
}

/** The begin of the bin that holds a time, us2000; the time itself where there are no bins. */
export function binBegin({ query, binUs }: LiveSubject, us: number): number {
  if (binUs === undefined) return us;
  const at = us2000ToTime(us);
  return timeToUs2000(wholeBins(gridOf(query), at, at).begin);
}

function gridOf({ binOrigin, resolution = 0, begin }: DataQuery) {
  return { origin: binOrigin ?? begin, width: resolution };
}

/**
 * How the programs of a live stream are run: as those of requests, for nobody in particular.
 * @param endless they go on by themselves, so they must not keep others from their turn: how many there are is limited otherwise
 */
export function livingOptions(site: Site, signal: AbortSignal, endless: boolean): PipelineOptions {
  const { limits, env, grants, slots } = pipelineSetting(site);
  const common = { programs: site.programs ?? builtInProgram, signal, env, grants };
  return endless ? { ...common, limits: { ...limits, ...ENDLESS } } : { ...common, limits, slots };
}

/** 1970 to 2000, milliseconds. */
const MS_1970_TO_2000 = 946_684_800_000;

/** What the clock of the server says, us2000. */
export function nowUs(site: Site): number {
  return (site.now().getTime() - MS_1970_TO_2000) * 1000;
}
