import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { CacheRecord, RequestRecord, StageRecord } from "../log/record.js";
import { BoundedLabel } from "./bounded-label.js";

/** Ways through the server: words of `server=`, paths, doors. There are some fifty. */
const MOST_ROUTES = 100;
/** From small answers of memory to exports that run for minutes, seconds. */
const DURATIONS_S = [0.002, 0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1800];
/** Until the first byte somebody waits, seconds. */
const FIRST_BYTES_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is counted of requests, all from their records, so that log and metrics agree. */
export class RequestMetrics {
  readonly #route = new BoundedLabel(MOST_ROUTES);
  readonly #requests;
  readonly #errors;
  readonly #limited;
  readonly #durations;
  readonly #firstBytes;
  readonly #bytes;
  readonly #inFlight;
  readonly #stages;
  readonly #cached;
  readonly #blocks;
  readonly #gaps;
  readonly #cacheBytes;

  /** Registers them. */
  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "heliostream_http_requests_total",
      help: "Requests that were answered, by route, outcome and HTTP status (0: the client left before anything was sent).",
      labelNames: ["route", "outcome", "status"],
      registers,
    });
    this.#errors = new Counter({
      name: "heliostream_http_errors_total",
      help: "Answers that told of an error, by its code.",
      labelNames: ["code"],
      registers,
    });
    this.#limited = new Counter({
      name: "heliostream_http_rate_limited_total",
      help: "Requests that were refused because their client had too many, or too many bytes (429).",
      registers,
    });
    this.#durations = new Histogram({
      name: "heliostream_http_request_duration_seconds",
      help: "Time from the arrival of a request to the end of its answer, by route.",
      labelNames: ["route"],
      buckets: DURATIONS_S,
      registers,
    });
    this.#firstBytes = new Histogram({
      name: "heliostream_http_first_byte_seconds",
      help: "Time from the arrival of a request to the first byte of its body, by route; answers without a body are left out.",
      labelNames: ["route"],
      buckets: FIRST_BYTES_S,
      registers,
    });
    this.#bytes = new Counter({
      name: "heliostream_http_response_bytes_total",
      help: "Bytes of bodies that were handed to connections, by route.",
      labelNames: ["route"],
      registers,
    });
    this.#inFlight = new Gauge({
      name: "heliostream_http_requests_in_flight",
      help: "Requests that are being answered.",
      registers,
    });
    this.#stages = new Counter({
      name: "heliostream_stage_exits_total",
      help: "Programs of pipelines that have ended, by role and how: good, failed, signal, or cancelled.",
      labelNames: ["role", "end"],
      registers,
    });
    this.#cached = new Counter({
      name: "heliostream_cache_requests_total",
      help: "Data requests by what came from the cache: all (hit), a part (partial), nothing (miss), or it is not for them (off).",
      labelNames: ["result"],
      registers,
    });
    this.#blocks = new Counter({
      name: "heliostream_cache_blocks_sent_total",
      help: "Blocks of the cache that went into answers.",
      registers,
    });
    this.#gaps = new Counter({
      name: "heliostream_cache_gaps_total",
      help: "Runs of blocks that were missing for a request, each read once.",
      registers,
    });
    this.#cacheBytes = new Counter({
      name: "heliostream_cache_source_bytes_total",
      help: "Bytes that went into answers of the cache, by where they came from: blocks, or readers for what was missing.",
      labelNames: ["from"],
      registers,
    });
  }

  began(): void {
    this.#inFlight.inc();
  }

  left(): void {
    this.#inFlight.dec();
  }

  count(record: RequestRecord): void {
    const { query, outcome, status, code, durationMs, firstByteMs, bytes, stages, cache } = record;
    const route = this.#route.of(query);
    this.#requests.inc({ route, outcome, status: String(status) });
    if (code !== undefined) this.#errors.inc({ code });
    if (code === "TOO_MANY_REQUESTS") this.#limited.inc();
    this.#durations.observe({ route }, durationMs / 1000);
    if (firstByteMs !== undefined) this.#firstBytes.observe({ route }, firstByteMs / 1000);
    if (bytes > 0) this.#bytes.inc({ route }, bytes);
    for (const stage of stages) this.#stages.inc({ role: stage.role, end: endOf(stage) });
    if (cache !== undefined) this.#countCache(cache);
  }

  #countCache({ result, blocks = 0, gaps = 0, bytesFromCache = 0, bytesFromReaders = 0 }: CacheRecord): void {
    this.#cached.inc({ result });
    this.#blocks.inc(blocks);
    this.#gaps.inc(gaps);
    this.#cacheBytes.inc({ from: "blocks" }, bytesFromCache);
    this.#cacheBytes.inc({ from: "readers" }, bytesFromReaders);
  }
}

function endOf({ status, signal }: StageRecord): "good" | "failed" | "signal" | "cancelled" {
  if (signal !== undefined) return "signal";
  if (status === undefined) return "cancelled";
  return status === 0 ? "good" : "failed";
}
