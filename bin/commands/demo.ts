import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunningServer } from "../../cgi/serve.js";
import { loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import type { Command } from "./command.js";
import { openSample, type SampleForReaders } from "./open-sample.js";
import { startHere } from "./start-here.js";
import { untilStopped } from "./until-stopped.js";
import { WORTH_TRYING, type WorthTrying } from "./worth-trying.js";

/** Status of a process that was told to end before it began to serve. */
const STOPPED = 130;

/** `heliostream demo`: what `npm start` runs. */
export const demo: Command = {
  help: [
    "usage: heliostream demo [--no-archive]",
    "",
    "Serves the example sources on http://127.0.0.1:8080 (HOST and PORT in the environment change it), and an archive of simulated",
    "images of the Sun, which is made at the first start and kept.",
    "",
    "  --no-archive  without the archive",
    "",
    "HELIOSTREAM_DATA_ROOT names the folder of measurements that some sources need, HELIOSTREAM_SAMPLE_DIR the one for the archive",
    "(default: var/sample beside this program, else in the cache of the user). With HELIOSTREAM_DRMS_URL that archive is used.",
  ].join("\n"),
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { "no-archive": { type: "boolean" } } });
    const given = process.env.HELIOSTREAM_DRMS_URL?.trim() ?? "";
    const wanted = given === "" && values["no-archive"] !== true;
    const sample = wanted ? await openSample() : undefined;
    if (sample?.kind === "stopped") return STOPPED;
    if (sample?.kind === "missing") console.error(`heliostream: no sample archive: ${sample.reason}`);
    const archive = sample?.kind === "open" ? sample.archive : undefined;
    try {
      await serveExamples(archive);
    } finally {
      await archive?.stop();
    }
    return 0;
  },
};

async function serveExamples(archive: SampleForReaders | undefined): Promise<void> {
  const root = packageRoot();
  // Beside the checkout several of them share one, as tests do.
  const dataRoot =
    process.env.HELIOSTREAM_DATA_ROOT ?? firstFolder([join(root, "data"), join(root, "../shared/data")]);
  const config = loadConfig({
    file: join(root, "etc/demo.conf"),
    env: {
      ...process.env,
      ...(dataRoot === undefined ? {} : { HELIOSTREAM_DATA_ROOT: resolve(dataRoot) }),
      ...(archive === undefined ? {} : { HELIOSTREAM_DRMS_URL: archive.url, HELIOSTREAM_SUMS_URL: "" }),
    },
  });
  for (const warning of config.warnings) console.error(`heliostream: ${warning}`);
  const server = await startHere(config);
  const stopped = untilStopped(server);
  printWorthTrying(server, dataRoot, archive !== undefined);
  if (archive !== undefined)
    console.log(
      `  the archive for its own programs (show_info, show_series, ...)\n    export HELIOSTREAM_DRMS_URL='${archive.url}'\n`,
    );
  await stopped;
}

function printWorthTrying({ url }: RunningServer, dataRoot: string | undefined, hasSample: boolean): void {
  const hasData = (data: string): boolean => dataRoot !== undefined && existsSync(join(dataRoot, data));
  const place = ({ query, data, archive }: WorthTrying): string => {
    if (archive === true && !hasSample) return "needs the sample archive";
    if (data !== undefined && !hasData(data)) return `needs the folder ${data}/ below HELIOSTREAM_DATA_ROOT`;
    return `${url}${query === "" ? "" : `?${query}`}`;
  };
  console.log(`Heliostream serves ${url} - things worth trying:\n`);
  for (const one of WORTH_TRYING) console.log(`  ${one.what}\n    ${place(one)}`);
  console.log(`  what the cache holds by now\n    ${url}/cache`);
  console.log(`  the request log\n    ${url.replace(/server$/, "log")}\n`);
}

function firstFolder(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => existsSync(path));
}
