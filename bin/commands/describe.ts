import { parseArgs } from "node:util";
import { describeSource } from "../../dsdf/describe.js";
import { DasError } from "../../errors/das-error.js";
import type { Command } from "./command.js";
import { commandConfig, sourceTree } from "./source-setting.js";

/** `heliostream describe`: what `server=dsdf` tells clients of a source. */
export const describe: Command = {
  help: [
    "usage: heliostream describe [-c FILE] ID",
    "",
    "Prints the description of a source as clients get it: the header of a das2 stream.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: "string", short: "c" } },
    });
    const [id] = positionals;
    if (id === undefined || positionals.length > 1)
      throw new DasError("BAD_PARAMETER", `${positionals.length} sources given, expected one`);
    const config = commandConfig(values.config);
    const source = await sourceTree(config).find(id);
    if (source === undefined) throw new DasError("NO_SUCH_SOURCE", `there is no source "${id}"`);
    process.stdout.write(`${describeSource(source, { privatePrefixes: config.dsdfPrivate })}\n`);
    return 0;
  },
};
