import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { Site } from "../site.js";
import { RecentRequests } from "../status/recent-requests.js";
import type { Meter, MeterKind } from "./meter.js";
import { RequestMetrics } from "./request-metrics.js";

/** What this process is as a process: memory, processor, the event loop. Once, however many servers it has. */
let ownProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ownProcess === undefined) {
    ownProcess = new Registry();
    collectDefaultMetrics({ register: ownProcess });
  }
  return ownProcess;
}

/**
 * Counts for one server or worker; of a worker there are no figures of requests.
 * @param site is asked for with the first scrape, when there is one
 */
export function openMeter(site: () => Site, kind: MeterKind = "server"): Meter {
  const registry = new Registry();
  // What nobody shows is counted all the same: it is next to nothing, and one way through here.
  const requests = new RequestMetrics(kind === "server" ? registry : new Registry());
  const recent = new RecentRequests();
  const builds = new Counter({
    name: "heliostream_builds_total",
    help: "Tries of builds of blocks in this process, by how they ended.",
    labelNames: ["result"],
    registers: [registry],
  });
  const blocks = new Counter({
    name: "heliostream_blocks_built_total",
    help: "Blocks that builds in this process have made.",
    registers: [registry],
  });
  const ofProcess = processRegistry();
  let inFlight = 0;
  let state: Promise<{ refresh(): Promise<void> }> | undefined;
  return {
    began() {
      requests.began();
      inFlight++;
      return () => {
        inFlight--;
        requests.left();
      };
    },
    ended(record) {
      requests.count(record);
      recent.add(record);
    },
    built({ end }) {
      builds.inc({ result: end.kind === "done" ? "built" : "failed" });
      if (end.kind === "done")
        blocks.inc(Object.values(end.report.built).reduce((sum, count) => sum + count, 0));
    },
    get inFlight() {
      return inFlight;
    },
    recent: () => recent.list(),
    async text() {
      state ??= import("./state-metrics.js").then(({ registerState }) =>
        registerState(registry, site(), kind),
      );
      await (await state).refresh();
      return `${await registry.metrics()}\n${await ofProcess.metrics()}`;
    },
  };
}
