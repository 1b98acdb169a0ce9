import { databaseUrl } from "../config/archive-settings.js";
import { loadConfig } from "../config/config.js";
import { startLocalPostgres } from "../netdrms/postgres/local-server.js";
import { runSetup } from "../netdrms/programs/setup.js";
import { runArchiveProgram } from "./run-archive-program.js";

/** Runs `netdrms-setup`; the databases of the configuration are the defaults. */
export function runSetupProcess(): void {
  runArchiveProgram("netdrms-setup", async (host) => {
    const config = loadConfig({ env: process.env });
    return runSetup({
      ...host,
      defaults: {
        drms: databaseUrl(config, "drms"),
        sums: config.sumsUrl === undefined ? undefined : databaseUrl(config, "sums"),
      },
      startServer: (folder) => startLocalPostgres({ folder }),
    });
  });
}
