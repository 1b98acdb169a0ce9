import { Counter, Gauge, type Registry } from "prom-client";
import { packageVersion } from "../../config/package-root.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import { liveRoom } from "../live/live-room.js";
import type { Site } from "../site.js";
import { ALL_CHECKS } from "../status/all-checks.js";
import { server } from "../status/checks/server.js";
import { worstState } from "../status/finding.js";
import { runChecks } from "../status/run-check.js";
import { siteChecks } from "../status/site-checks.js";
import { CheckMetrics } from "./check-metrics.js";
import type { MeterKind } from "./meter.js";

/** A gauge that asks for its value with each scrape. */
function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  // It calls this with itself as `this`.
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}

/** What a server that answers does now. */
function registerServing(registry: Registry, site: Site): void {
  const { config } = site;
  gauge(registry, "heliostream_pipelines_running", "Pipelines that run.", () => slots(site).running);
  gauge(
    registry,
    "heliostream_pipelines_waiting",
    "Pipelines that wait for their turn.",
    () => slots(site).waiting,
  );
  gauge(
    registry,
    "heliostream_pipelines_max",
    "Pipelines that may run at the same time (MAX_PIPELINES).",
    () => config.maxPipelines,
  );
  gauge(registry, "heliostream_live_clients", "Clients of live streams.", () => liveRoom(site).clients);
  gauge(
    registry,
    "heliostream_live_sources",
    "Live sources that are followed.",
    () => liveRoom(site).followers,
  );
  new Counter({
    name: "heliostream_log_records_dropped_total",
    help: "Records that are missing from the request log: the disk was slow, full or not there.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(site.log.dropped ?? 0);
    },
  });
}

/**
 * Registers what is looked at with each scrape instead of being counted: what the checks find, and of a server what runs and waits now.
 */
export function registerState(registry: Registry, site: Site, kind: MeterKind): { refresh(): Promise<void> } {
  new Gauge({
    name: "heliostream_build_info",
    help: "Always 1; labels tell the version of the server and of Node.js.",
    labelNames: ["version", "node"],
    registers: [registry],
  }).set({ version: packageVersion(), node: process.versions.node }, 1);
  if (kind === "server") registerServing(registry, site);
  // A worker is no server that could close, or have no place left.
  const checks = kind === "server" ? ALL_CHECKS : ALL_CHECKS.filter((check) => check !== server);
  const found = new CheckMetrics(registry);
  return {
    async refresh() {
      const shared = siteChecks(site);
      for (const { check, findings } of await runChecks(checks, (one) => shared.look(one)))
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
