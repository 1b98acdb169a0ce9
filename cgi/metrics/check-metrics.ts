import { Gauge, type Registry } from "prom-client";
import { CHECK_STATES, type CheckState, type Finding } from "../status/finding.js";

/** Where the figures of the findings of a check go: the metric, its unit in its name, and its help. */
const FIGURES: readonly {
  readonly check: string;
  readonly figure: string;
  readonly metric: string;
  readonly help: string;
  /** The label that tells findings apart, where a check has several. */
  readonly label?: string;
}[] = [
  {
    check: "redis",
    figure: "up",
    metric: "heliostream_redis_up",
    help: "Whether Redis answers; absent where none is used.",
  },
  {
    check: "redis",
    figure: "latency_seconds",
    metric: "heliostream_redis_latency_seconds",
    help: "Time of one question to Redis.",
  },
  {
    check: "redis",
    figure: "used_bytes",
    metric: "heliostream_redis_used_bytes",
    help: "Memory that Redis uses.",
  },
  {
    check: "archive",
    figure: "up",
    metric: "heliostream_archive_up",
    help: "Whether the database of the archive answers; absent where there is none.",
    label: "database",
  },
  {
    check: "archive",
    figure: "latency_seconds",
    metric: "heliostream_archive_latency_seconds",
    help: "Time of a connection to the database and one question.",
    label: "database",
  },
  {
    check: "cache",
    figure: "used_bytes",
    metric: "heliostream_cache_used_bytes",
    help: "Room that blocks on record take.",
  },
  {
    check: "cache",
    figure: "max_bytes",
    metric: "heliostream_cache_max_bytes",
    help: "Room that blocks may take (CACHE_MAX_BYTES); 0 for no limit.",
  },
  {
    check: "queue",
    figure: "waiting",
    metric: "heliostream_build_queue_waiting",
    help: "Builds of blocks that wait.",
  },
  {
    check: "queue",
    figure: "running",
    metric: "heliostream_build_queue_running",
    help: "Builds of blocks that run.",
  },
  {
    check: "queue",
    figure: "delayed",
    metric: "heliostream_build_queue_delayed",
    help: "Builds of blocks that failed and will be tried again.",
  },
  {
    check: "queue",
    figure: "failed",
    metric: "heliostream_build_queue_failed",
    help: "Builds of blocks that were given up.",
  },
  {
    check: "queue",
    figure: "workers",
    metric: "heliostream_build_workers",
    help: "Workers that build blocks.",
  },
  {
    check: "exports",
    figure: "waiting",
    metric: "heliostream_exports_waiting",
    help: "Requests for exports that wait.",
  },
  {
    check: "exports",
    figure: "running",
    metric: "heliostream_exports_running",
    help: "Requests for exports that run.",
  },
  {
    check: "exports",
    figure: "failed_day",
    metric: "heliostream_exports_failed_last_day",
    help: "Requests for exports that failed in the last 24 hours.",
  },
  {
    check: "folders",
    figure: "free_bytes",
    metric: "heliostream_folder_free_bytes",
    help: "Bytes that are free on the disk of a folder of the configuration.",
    label: "folder",
  },
  {
    check: "folders",
    figure: "size_bytes",
    metric: "heliostream_folder_size_bytes",
    help: "Size of the disk of a folder of the configuration.",
    label: "folder",
  },
  {
    check: "folders",
    figure: "free_inodes",
    metric: "heliostream_folder_free_inodes",
    help: "Files that can still be made on the disk of a folder of the configuration.",
    label: "folder",
  },
  {
    check: "sources",
    figure: "definitions",
    metric: "heliostream_definitions",
    help: "Definitions of sources that there are.",
  },
  {
    check: "sources",
    figure: "definitions_broken",
    metric: "heliostream_definitions_broken",
    help: "Definitions of sources that cannot be loaded.",
  },
  {
    check: "programs",
    figure: "programs_missing",
    metric: "heliostream_programs_missing",
    help: "Programs that sources name and that cannot be run.",
  },
  {
    check: "clock",
    figure: "apart_seconds",
    metric: "heliostream_clock_apart_seconds",
    help: "How far the clocks of disks, Redis and archive are from that of the server.",
  },
];

/** What checks find, as gauges. */
export class CheckMetrics {
  readonly #states;
  readonly #figures;

  /** Registers them. */
  constructor(registry: Registry) {
    const registers = [registry];
    this.#states = new Gauge({
      name: "heliostream_check_state",
      help: "1 for the state that a check is in, 0 for the others.",
      labelNames: ["check", "state"],
      registers,
    });
    this.#figures = FIGURES.map((one) => ({
      ...one,
      gauge: new Gauge({
        name: one.metric,
        help: one.help,
        labelNames: one.label === undefined ? [] : [one.label],
        registers,
      }),
    }));
  }

  /** Takes what a check has found; figures that it no longer tells are gone. */
  set(check: string, state: CheckState, findings: readonly Finding[]): void {
    for (const one of CHECK_STATES) this.#states.set({ check, state: one }, one === state ? 1 : 0);
    for (const { check: whose, figure, label, gauge } of this.#figures) {
      if (whose !== check) continue;
      gauge.reset();
      // Without a value a gauge without labels would tell 0.
      if (label === undefined) gauge.remove();
      for (const { name, figures } of findings) {
        const value = figures?.[figure];
        if (value !== undefined) gauge.set(label === undefined ? {} : { [label]: name }, value);
      }
    }
  }
}
