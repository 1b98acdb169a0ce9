import { parseArgs } from "node:util";
import { startWarnings } from "../../cgi/start-warnings.js";
import { loadConfig } from "../../config/config.js";
import type { Command } from "./command.js";
import { startHere } from "./start-here.js";
import { untilStopped } from "./until-stopped.js";

/** `heliostream serve`: the resident server. */
export const serve: Command = {
  help: [
    "usage: heliostream serve [-c FILE]",
    "",
    "Runs the server until SIGINT or SIGTERM; running answers get ten seconds to end.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "",
    "HOST and PORT in the environment win over the configuration.",
  ].join("\n"),
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { config: { type: "string", short: "c" } } });
    const config = loadConfig({
      ...(values.config === undefined ? {} : { file: values.config }),
      env: process.env,
    });
    for (const warning of config.warnings) console.error(`heliostream: ${warning}`);
    const server = await startHere(config);
    console.log(`serving ${server.url}`);
    const stopped = untilStopped(server);
    for (const warning of await startWarnings(config)) console.error(`heliostream: ${warning}`);
    await stopped;
    return 0;
  },
};
