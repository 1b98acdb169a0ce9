import { parseArgs } from "node:util";
import { databaseUrl } from "../../config/archive-settings.js";
import { DasError } from "../../errors/das-error.js";
import { connectionPool } from "../../netdrms/database/connection-pool.js";
import {
  addressState,
  givenAddress,
  registerAddress,
  removeAddress,
} from "../../netdrms/requests/addresses.js";
import { changeSums, readSums } from "../../netdrms/sums/sums-transaction.js";
import type { Command } from "./command.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream addresses`: who may ask for exports. Source: netdrms-export B6. */
export const addresses: Command = {
  help: [
    "usage: heliostream addresses [-c FILE] add|remove|check ADDRESS...",
    "",
    "Registers mail addresses for exports of the JSOC web interface, takes them out, or tells whether they are registered.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf);",
    "                     the database is that of EXPORT_DB_URL, else of DRMS_URL",
    "",
    "Exit status: 1 where an address to be taken out was not there, or one that is checked is not registered.",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: "string", short: "c" } },
    });
    const [verb = "", ...texts] = positionals;
    if (!["add", "remove", "check"].includes(verb))
      throw new DasError(
        "USAGE",
        `${verb === "" ? "nothing" : verb.slice(0, 40)} to do, expected add, remove or check`,
      );
    if (texts.length === 0) throw new DasError("USAGE", "no address, expected name@host.domain");
    const given = texts.map(givenAddress);
    const config = commandConfig(values.config);
    const url = config.exportDbUrl ?? databaseUrl(config, "drms");
    if (url === undefined) throw new DasError("BAD_CONFIG", "the configuration names no archive (DRMS_URL)");
    const pool = connectionPool({ url, maxConnections: 1 });
    let status = 0;
    try {
      for (const address of given)
        if (verb === "add") {
          await changeSums(pool, (database) => registerAddress(database, address));
          console.log(`${address.text}: registered`);
        } else if (verb === "remove") {
          const wasThere = await changeSums(pool, (database) => removeAddress(database, address));
          console.log(`${address.text}: ${wasThere ? "removed" : "was not there"}`);
          if (!wasThere) status = 1;
        } else {
          const { state } = await readSums(pool, (database) => addressState(database, address));
          console.log(`${address.text}: ${state}`);
          if (state !== "registered") status = 1;
        }
    } finally {
      await pool.close();
    }
    return status;
  },
};
