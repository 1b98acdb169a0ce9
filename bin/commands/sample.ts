import { once } from "node:events";
import { parseArgs } from "node:util";
import type { Command } from "./command.js";
import { openSample } from "./open-sample.js";

/** Status where the process was told to end before the archive was there, and where there is none. */
const STOPPED = 130;
const MISSING = 1;

/** `heliostream sample`: the sample archive without a server of streams. */
export const sample: Command = {
  help: [
    "usage: heliostream sample [--run]",
    "",
    "Makes the sample archive of simulated images of the Sun, unless it is there already.",
    "",
    "  --run  runs its database until SIGINT or SIGTERM, for programs of the archive and psql",
    "",
    "HELIOSTREAM_SAMPLE_DIR names the folder (default: var/sample beside this program, else in the cache of the user).",
  ].join("\n"),
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { run: { type: "boolean" } } });
    const start = await openSample();
    if (start.kind === "stopped") return STOPPED;
    if (start.kind === "missing") {
      console.error(`heliostream sample: ${start.reason}`);
      return MISSING;
    }
    const { url, partition, stop } = start.archive;
    console.log(`storage units in ${partition}`);
    if (values.run === true) {
      const told = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      console.log(`export HELIOSTREAM_DRMS_URL='${url}'`);
      // What waits for a signal does not keep a process.
      const keep = setInterval(() => {}, 1 << 30);
      await told;
      clearInterval(keep);
    }
    await stop();
    return 0;
  },
};
