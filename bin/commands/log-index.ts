import { parseArgs } from "node:util";
import { indexWhole } from "../../cgi/log/index/index-work.js";
import { LogIndexes } from "../../cgi/log/index/log-indexes.js";
import { type LogFile, listFiles } from "../../cgi/log/log-files.js";
import { openLog } from "../../cgi/log/open-log.js";
import { bytesText, countText } from "../../cgi/pages/format.js";
import { endSignals } from "../end-signals.js";
import { CONFIG_OPTION, noMoreThan } from "./cache-arguments.js";
import type { Command } from "./command.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream log-index`: makes the index of the request log whole, and files in gzip readable, before somebody looks. */
export const logIndex: Command = {
  help: [
    "usage: heliostream log-index [-c FILE]",
    "",
    "Makes the index of the request log whole, newest day first, and decodes files in gzip, so that the page of the log is quick at the first",
    "look and, as a CGI program, finds everything. What is done already costs nothing; a stopped run goes on where it was. The server may",
    "run meanwhile. Run it as the user of the server, for example each night.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "",
    "Exit status: 0 where all is done, 1 where a file could not be read, or the index not be written.",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: CONFIG_OPTION,
    });
    noMoreThan(0, positionals);
    const { logPath } = commandConfig(values.config);
    const { signal, status } = endSignals();
    const indexes = new LogIndexes(logPath);
    const files = await listFiles(logPath);
    let bad = 0;
    for (const log of files) {
      const trouble = await indexed(log, indexes, signal);
      if (signal.aborted) {
        console.error("not finished: start it again");
        return status() ?? 1;
      }
      if (trouble === undefined) continue;
      bad++;
      console.error(`${log.name}: ${trouble}`);
    }
    console.log(`${countText(files.length - bad, "file")} of the log ready`);
    return bad === 0 ? 0 : 1;
  },
};

/** Makes one file ready, and tells how much there is. @returns what went wrong */
async function indexed(log: LogFile, indexes: LogIndexes, signal: AbortSignal): Promise<string | undefined> {
  const begun = performance.now();
  let done = 0;
  try {
    await indexWhole(log, indexes, signal, (known) => {
      done = known;
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (indexes.trouble !== undefined) return `the index cannot be written: ${indexes.trouble}`;
  const file = await openLog(log);
  if (file === undefined) return "cannot be decoded";
  await file.close();
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${log.name}: ${bytesText(done)} indexed, ${seconds.toFixed(1)} s`);
  return file.isCutOff === true
    ? "the gzip of it is damaged or ends too early; what is before that is ready"
    : undefined;
}
