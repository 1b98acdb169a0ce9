import { Counter, Gauge, type Registry } from "prom-client";
import { packageVersion } from "../../config/package-root.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import { liveRoom } from "../live/live-room.js";
import type { Site } from "../site.js";
import { ALL_CHECKS } from "../status/all-checks.js";
import { worstState } from "../status/finding.js";
import { runChecks } from "../status/run-check.js";
import { siteChecks } from "../status/site-checks.js";
import { CheckMetrics } from "./check-metrics.js";

/** Registers what is looked at with each scrape instead of being counted: what runs and waits now, and what the checks find. */
export function registerState(registry: Registry, site: Site): { refresh(): Promise<void> } {
  const registers = [registry];
  const { config } = site;
  const gauge = (name: string, help: string, value: () => number): void => {
    // It calls this with itself as `this`.
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  new Gauge({
    name: "heliostream_build_info",
    help: "Always 1; labels tell the version of the server and of Node.js.",
    labelNames: ["version", "node"],
    registers,
  }).set({ version: packageVersion(), node: process.versions.node }, 1);
  gauge("heliostream_pipelines_running", "Pipelines that run.", () => slots(site).running);
  gauge("heliostream_pipelines_waiting", "Pipelines that wait for their turn.", () => slots(site).waiting);
  gauge(
    "heliostream_pipelines_max",
    "Pipelines that may run at the same time (MAX_PIPELINES).",
    () => config.maxPipelines,
  );
  gauge("heliostream_live_clients", "Clients of live streams.", () => liveRoom(site).clients);
  gauge("heliostream_live_sources", "Live sources that are followed.", () => liveRoom(site).followers);
  new Counter({
    name: "heliostream_log_records_dropped_total",
    help: "Records that are missing from the request log: the disk was slow, full or not there.",
    registers,
    collect() {
      this.reset();
      this.inc(site.log.dropped ?? 0);
    },
  });
  const found = new CheckMetrics(registry);
  return {
    async refresh() {
      const shared = siteChecks(site);
      for (const { check, findings } of await runChecks(ALL_CHECKS, (one) => shared.look(one)))
        found.set(check, worstState(findings), findings);
    },
  };
}

/** Pipelines of a server whose tools cannot be parsed do not run. */
function slots(site: Site): { readonly running: number; readonly waiting: number } {
  try {
    return pipelineSetting(site).slots;
  } catch {
    return { running: 0, waiting: 0 };
  }
}
