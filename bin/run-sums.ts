import { DasError } from "../errors/das-error.js";
import { connectionPool } from "../netdrms/database/connection-pool.js";
import { runSums } from "../netdrms/programs/sums.js";
import { spaceAsker } from "../netdrms/sums/partition-space.js";
import { archiveProcess } from "./archive-process.js";
import { runArchiveProgram } from "./run-archive-program.js";

/** For units: a session, its statements and a hold. */
const CONNECTIONS = 6;

/** Runs `sums` on the databases of the configuration. Source: netdrms 3. */
export function runSumsProcess(): void {
  runArchiveProgram("sums", (host) =>
    runSums({
      ...host,
      open() {
        const { databaseUrl, storage, facts } = archiveProcess("sums");
        const { url = databaseUrl, ...site } = storage;
        if (url === undefined)
          throw new DasError("BAD_CONFIG", "no archive: DRMS_URL is not set in the configuration");
        const sums = connectionPool({ url, maxConnections: CONNECTIONS });
        const drms =
          databaseUrl === undefined || databaseUrl === url
            ? sums
            : connectionPool({ url: databaseUrl, maxConnections: CONNECTIONS });
        return {
          sums,
          drms,
          log: (line) => host.log(`sums: ${line}`),
          // Asked anew each time, for a purge changes the answer.
          askSpace: spaceAsker({ keepMs: 0 }),
          user: facts.userName,
          site,
          async close() {
            await Promise.all([sums.close(), ...(drms === sums ? [] : [drms.close()])]);
          },
        };
      },
    }),
  );
}
