import { parseArgs } from "node:util";
import type { BuildTry } from "../../cache/queue/build-queue.js";
import { startWork } from "../../cache/work/start-work.js";
import type { Meter } from "../../cgi/metrics/meter.js";
import type { MetricsPort } from "../../cgi/metrics/metrics-port.js";
import { bytesText, countText, durationText } from "../../cgi/pages/format.js";
import type { Site } from "../../cgi/site.js";
import type { Config } from "../../config/config.js";
import { DasError } from "../../errors/das-error.js";
import { endSignals } from "../end-signals.js";
import { CONFIG_OPTION, noMoreThan } from "./cache-arguments.js";
import { concurrencyOf, jobText } from "./cache-build.js";
import type { Command } from "./command.js";
import { listenRefusal } from "./listen-refusal.js";
import { openCommandCache, workSite } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** Time for running builds after a signal, ms; then they are put back. */
const GRACE_MS = 10_000;
/** After that the process ends whatever is still open, ms. */
const END_MS = 2 * GRACE_MS;

/** `heliostream worker`: builds blocks of the cache until it is told to end. Source: das2-server 16.3. */
export const worker: Command = {
  help: [
    "usage: heliostream worker [-c FILE] [-j N] [--metrics-port N]",
    "",
    "Builds the blocks of the cache that are asked for, until SIGINT or SIGTERM: then running builds get ten seconds, and what has not",
    "ended goes back into the queue. Any number of workers may run, on any hosts that share CACHE_ROOT and the Redis of WORK_QUEUE_CONN.",
    "It also brings wishes of CGI programs to the queue, makes room where blocks take more than CACHE_MAX_BYTES, and watches the records",
    "of archives: a change marks the blocks that it touches as out of date, and they are built again. Without Redis it",
    "builds what CGI programs and `heliostream cache build --no-wait` have left below CACHE_ROOT.",
    "Where there is EXPORT_ROOT it runs requests for exports, EXPORT_WORKERS at a time; those that run at the end are put back.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "  -j, --jobs N       builds at the same time (default: BUILD_WORKERS)",
    "  --metrics-port N   answers /metrics and /healthz at this port of LISTEN_HOST, 0: a free one (default: WORKER_METRICS_PORT)",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...CONFIG_OPTION, jobs: { type: "string", short: "j" }, "metrics-port": { type: "string" } },
    });
    noMoreThan(0, positionals);
    const config = commandConfig(values.config);
    const concurrency = concurrencyOf(values.jobs, config.buildWorkers);
    const signals = endSignals(END_MS);
    const log = (line: string): void => console.error(`heliostream worker: ${line}`);
    const port = metricsPortOf(values["metrics-port"], config);
    const open = await parts(config, port);
    const exports = await exportsHere(config, open?.site, log);
    // Without a cache there are builds for nobody, unless this was started for nothing at all.
    const builds =
      config.cacheRoot === undefined && exports !== undefined
        ? undefined
        : await buildsHere(config, concurrency, open?.meter, log);
    await aborted(signals.signal);
    await Promise.all([builds?.close(), exports?.close()]);
    await open?.close();
    return 0;
  },
};

/** The port of metrics; `undefined` for none. Errors: BAD_PARAMETER. */
function metricsPortOf(text: string | undefined, { workerMetricsPort }: Config): number | undefined {
  if (text === undefined) return workerMetricsPort === 0 ? undefined : workerMetricsPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new DasError("BAD_PARAMETER", `--metrics-port ${text} is no port, expected 0 to 65535`);
  return port;
}

/** The site of a process that nobody asks for data, what counts its work, and where that is told. */
interface Parts extends Work {
  readonly site: Site;
  readonly meter: Meter;
}

/** What exports and metrics need; `undefined` where there are neither. Errors: BAD_CONFIG where the port cannot be had. */
async function parts(config: Config, port: number | undefined): Promise<Parts | undefined> {
  if (!hasExports(config) && port === undefined) return undefined;
  const [{ openSite }, { openMeter }] = await Promise.all([
    import("../../cgi/open-site.js"),
    import("../../cgi/metrics/open-meter.js"),
  ]);
  const meter = openMeter(() => site, "worker");
  // It answers nothing that would have to be put on record.
  const log = { write: () => {}, close: async () => {} };
  const site = openSite(config, { resident: true, meter, log });
  let told: MetricsPort | undefined;
  if (port !== undefined) {
    const { openMetricsPort } = await import("../../cgi/metrics/metrics-port.js");
    try {
      told = await openMetricsPort(site, config.listenHost, port);
    } catch (error) {
      await site.close();
      const named = { port: "--metrics-port, or WORKER_METRICS_PORT,", host: "HOST in the environment" };
      throw listenRefusal(error, `${config.listenHost}:${port}`, named) ?? error;
    }
    console.log(`metrics at ${told.url}`);
  }
  return {
    site,
    meter,
    async close() {
      await told?.close();
      await site.close();
    },
  };
}

interface Work {
  close(): Promise<void>;
}

async function buildsHere(
  config: Config,
  concurrency: number,
  meter: Meter | undefined,
  log: (line: string) => void,
): Promise<Work> {
  const cache = await openCommandCache(config);
  const work = await startWork(await workSite(cache), {
    concurrency,
    log,
    onTry(one) {
      meter?.built(one);
      console.log(tryText(one));
    },
  });
  console.log(`waiting for builds, ${concurrency} at a time`);
  return {
    async close() {
      await work.close(GRACE_MS);
      await cache.close();
    },
  };
}

function hasExports({ exportRoot, drmsUrl, exportWorkers }: Config): boolean {
  return exportRoot !== undefined && drmsUrl !== undefined && exportWorkers > 0;
}

/** Runs requests for exports, where the site has any. */
async function exportsHere(
  config: Config,
  site: Site | undefined,
  log: (line: string) => void,
): Promise<Work | undefined> {
  if (!hasExports(config) || site === undefined) return undefined;
  const { startExportWork } = await import("../../cgi/jsoc/export-work.js");
  const work = startExportWork(site, log);
  console.log(`waiting for exports, ${config.exportWorkers} at a time`);
  return work;
}

/** Resolves when the signal is aborted, and keeps the process until then. */
async function aborted(signal: AbortSignal): Promise<void> {
  const keep = setInterval(() => {}, 1 << 30);
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
    if (signal.aborted) resolve();
  });
  clearInterval(keep);
}

/** One try of a build in a line: `Demo/Pump4 2021-06 (monthly): 32 blocks, 1.20 MB, 3.4 s`. */
export function tryText({ job, number, ms, end, again }: BuildTry): string {
  const name = `${[job.sourceId, ...job.params].join(" ")} ${jobText(job)}`;
  if (end.kind === "failed")
    return `${name}: failed (try ${number}${again ? ", will be tried again" : ""}): ${end.reason}`;
  const { built, bytes, skipped } = end.report;
  const blocks = Object.values(built).reduce((sum, count) => sum + count, 0);
  const rest = skipped === 0 ? "" : `, ${skipped} left alone`;
  return `${name}: ${countText(blocks, "block")}${rest}, ${bytesText(bytes)}, ${durationText(ms)}`;
}
