import { startWork } from "../../cache/work/start-work.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import type { Config } from "../../config/config.js";
import type { ExportWork } from "../../netdrms/requests/start-exports.js";
import { listenRefusal } from "./listen-refusal.js";
import { openCommandCache, workSite } from "./open-cache.js";

/** Time for builds when the server closes, ms. */
const BUILD_GRACE_MS = 5000;

/**
 * Starts the resident server of a command. Where there is a cache it is looked after as well; blocks are built here only where no
 * workers can be told of them, for want of a Redis.
 * Errors: those of `startServer`; BAD_CONFIG where the operating system refuses host and port.
 */
export async function startHere(config: Config): Promise<RunningServer> {
  const log = (line: string): void => console.error(line);
  if (config.cacheRoot === undefined) return withExports(await listenHere(config), log);
  const cache = await openCommandCache(config, log);
  const server = await listenHere(config, { openCache: async () => cache.blocks });
  const work = await startWork(await workSite(cache), {
    concurrency: cache.isShared ? 0 : config.buildWorkers,
    log: (line) => log(`heliostream: ${line}`),
    onTry: (one) => server.site.meter?.built(one),
  });
  return withExports(
    {
      ...server,
      async close(graceMs) {
        await Promise.all([work.close(BUILD_GRACE_MS), server.close(graceMs)]);
        await cache.close();
      },
    },
    log,
  );
}

/** The same server, which also runs requests for exports where the site has any. */
async function withExports(server: RunningServer, log: (line: string) => void): Promise<RunningServer> {
  const { exportRoot, drmsUrl } = server.site.config;
  if (exportRoot === undefined || drmsUrl === undefined) return server;
  const { startExportWork } = await import("../../cgi/jsoc/export-work.js");
  const exports: ExportWork | undefined = startExportWork(server.site, (line) => log(`heliostream: ${line}`));
  return {
    ...server,
    async close(graceMs) {
      // What runs is put back first, while the database of requests can be reached.
      await exports?.close();
      await server.close(graceMs);
    },
  };
}

async function listenHere(
  config: Config,
  options: Parameters<typeof startServer>[1] = {},
): Promise<RunningServer> {
  try {
    return await startServer(config, options);
  } catch (error) {
    const { listenHost, listenPort } = config;
    const named = { port: "PORT in the environment", host: "HOST in the environment" };
    throw listenRefusal(error, `${listenHost}:${listenPort}`, named) ?? error;
  }
}
