import type { DataSource } from "../../dsdf/data-source.js";
import { planStages } from "../../dsdf/stages.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import { asDasError, DasError } from "../../errors/das-error.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline } from "../../pipeline/run.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { addSeconds, compareTimes, type Time, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { CadenceFinder } from "./cadence.js";
import type { Measurement } from "./measurement.js";

/** How readers are run for a measurement. */
export interface MeasuringOptions {
  readonly tools: PipelineTools;
  /** As for any other pipeline: programs, environment, slots, signal. */
  readonly pipeline: PipelineOptions;
  /** The end of a valid range that ends now. */
  readonly now: Time;
  /** Of one probe, milliseconds; default 20 s. */
  readonly probeMs?: number;
  /** Of one probe; default 64 MB. */
  readonly probeBytes?: number;
}

const PROBE_MS = 20_000;
const PROBE_BYTES = 64e6;
/** Examples come first, for they have data. */
const MOST_EXAMPLES = 3;
/** Part of the valid range that is looked at, at its begin, middle and end, seconds. */
const PART_SECONDS = 86_400;
/** Years that are assumed of a source without a valid range. */
const UNKNOWN_SPAN_S = 30 * 365.25 * 86_400;

/** What a measurement came to, and what did not work in it. */
export interface Measured {
  readonly measurement: Measurement;
  /** How much time the whole source covers, seconds. */
  readonly spanSeconds: number;
  /** What failed in single probes, for the log. */
  readonly faults: readonly DasError[];
}

/**
 * What a source is like, from its raw stream over parts of its time: examples, the range for tests, begin, middle and end of what is
 * valid. Each probe is broken off after some time or bytes; what was read until then counts.
 *
 * Errors: that of the first probe where none worked; UNSUITED_STREAM where x is no time; CANCELLED.
 */
export async function measureSource(source: DataSource, options: MeasuringOptions): Promise<Measured> {
  const finder = new CadenceFinder();
  const faults: DasError[] = [];
  let spanSeconds = 0;
  let bytes = 0;
  let packets = 0;
  let probes = 0;
  for (const range of probeRanges(source, options.now)) {
    try {
      const probe = await runProbe(source, range, finder, options);
      spanSeconds += probe.spanSeconds;
      bytes += probe.bytes;
      packets += probe.packets;
      probes++;
    } catch (error) {
      const known = asDasError(error, "the measurement of a source");
      if (known.code === "CANCELLED" || known.code === "UNSUITED_STREAM") throw known;
      faults.push(known);
    }
  }
  const [fault] = faults;
  if (probes === 0 && fault !== undefined) throw fault;
  const measurement = {
    ...finder.result,
    bytesPerSecond: spanSeconds > 0 ? bytes / spanSeconds : 0,
    packets,
    spanSeconds,
  };
  return { measurement, spanSeconds: sourceSpan(source, options.now), faults };
}

/** How much time a source covers, seconds; some decades where its definition does not say. */
export function sourceSpan({ validRange }: DataSource, now: Time): number {
  if (validRange === undefined) return UNKNOWN_SPAN_S;
  const end = validRange.end === "now" ? now : validRange.end;
  return Math.max(0, (timeToUs2000(end) - timeToUs2000(validRange.begin)) / 1e6);
}

/** The ranges that are looked at, the likeliest to have data first, none twice. */
export function probeRanges(source: DataSource, now: Time): readonly TimeRange[] {
  const ranges: TimeRange[] = source.examples
    .filter(({ params = "" }) => params === "")
    .slice(0, MOST_EXAMPLES)
    .map(({ begin, end }) => ({ begin, end }));
  if (source.test !== undefined) ranges.push({ begin: source.test.begin, end: source.test.end });
  if (source.validRange !== undefined) {
    const { begin } = source.validRange;
    const length = Math.min(PART_SECONDS, sourceSpan(source, now));
    const rest = sourceSpan(source, now) - length;
    for (const part of [0, 0.5, 1]) {
      const from = addSeconds(begin, Math.floor(rest * part));
      ranges.push({ begin: from, end: addSeconds(from, length) });
    }
  }
  return ranges.filter(
    (range, index) =>
      compareTimes(range.begin, range.end) < 0 &&
      ranges.findIndex((other) => compareTimes(other.begin, range.begin) === 0) === index,
  );
}

interface Probe {
  readonly bytes: number;
  readonly packets: number;
  readonly spanSeconds: number;
}

async function runProbe(
  source: DataSource,
  range: TimeRange,
  finder: CadenceFinder,
  { tools, pipeline, probeMs = PROBE_MS, probeBytes = PROBE_BYTES }: MeasuringOptions,
): Promise<Probe> {
  const query = { sourceId: source.id, ...range, requested: range, params: [], output: "stream" } as const;
  const run = runPipeline(planStages(source, query, tools), { ...pipeline, format: "das2" });
  const parser = new StreamParser();
  const timer = setTimeout(() => run.cancel(), probeMs);
  const end = timeToUs2000(range.end);
  const begin = timeToUs2000(range.begin);
  let bytes = 0;
  let packets = 0;
  let isWhole = false;
  finder.nextStream();
  try {
    for await (const piece of run.bytes) {
      bytes += piece.length;
      for (const items of parser.portions(piece))
        for (const item of items) {
          finder.push(item);
          if (item.kind === "data") packets += item.batch.count;
        }
      if (bytes >= probeBytes) break;
    }
    isWhole = bytes < probeBytes;
  } catch (error) {
    // Its own time limit is no failure, the caller's signal is.
    const ownLimit =
      error instanceof DasError && error.code === "CANCELLED" && pipeline.signal?.aborted !== true;
    if (!ownLimit) throw error;
  } finally {
    clearTimeout(timer);
    await run.outcome;
  }
  const seen = isWhole ? end : Math.min(finder.latest, end);
  return { bytes, packets, spanSeconds: Math.max(0, (seen - begin) / 1e6) };
}
