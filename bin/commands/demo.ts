import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { startServer } from "../../cgi/serve.js";
import { loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import type { Command } from "./command.js";
import { untilStopped } from "./until-stopped.js";

/** What is worth trying: a line of words, the query, and the folder of measurements that it needs. */
const TRY: readonly { readonly what: string; readonly query: string; readonly data?: string }[] = [
  { what: "front page, for a browser", query: "" },
  { what: "all sources", query: "server=list" },
  { what: "what a client is told of a source", query: "server=dsdf&dataset=Examples/Spectrogram" },
  {
    what: "a day of synthetic spectra, reduced to 5 minutes",
    query:
      "server=dataset&dataset=Examples/Spectrogram&start_time=2024-05-10&end_time=2024-05-11&resolution=300",
  },
  {
    what: "a random walk, as text",
    query:
      "server=dataset&dataset=Examples/Random&start_time=2024-05-10&end_time=2024-05-10T00:10&resolution=10&ascii=1",
  },
  {
    what: "where the Sun is, each 6 hours",
    query:
      "server=dataset&dataset=Sun/Ephemeris&start_time=2024-05-10&end_time=2024-05-20&interval=21600&ascii=1",
  },
  {
    what: "the solar flare of 2011-06-07 in X-rays (GOES 15)",
    query:
      "server=dataset&dataset=GOES/XRS&start_time=2011-06-07T06:00&end_time=2011-06-07T08:00&resolution=60&ascii=1",
    data: "goes",
  },
  {
    what: "plasma waves at Jupiter's bow shock (Voyager 1)",
    query:
      "server=dataset&dataset=Voyager/PWS/Spectra&start_time=1979-03-01T12:26:11&end_time=1979-03-01T12:27:47&ascii=1",
    data: "voyager",
  },
];

/** `heliostream demo`: what `npm start` runs. */
export const demo: Command = {
  help: [
    "usage: heliostream demo",
    "",
    "Serves the example sources on http://127.0.0.1:8080 (HOST and PORT in the environment change it).",
    "HELIOSTREAM_DATA_ROOT names the folder of measurements that some of them need.",
  ].join("\n"),
  async run() {
    const root = packageRoot();
    const dataRoot =
      process.env.HELIOSTREAM_DATA_ROOT ?? firstFolder([join(root, "data"), join(root, "../shared/data")]);
    const config = loadConfig({
      file: join(root, "etc/demo.conf"),
      env: {
        ...process.env,
        ...(dataRoot === undefined ? {} : { HELIOSTREAM_DATA_ROOT: resolve(dataRoot) }),
      },
    });
    for (const warning of config.warnings) console.error(`heliostream: ${warning}`);
    const server = await startServer(config);
    console.log(`Heliostream serves ${server.url} - things worth trying:\n`);
    for (const { what, query, data } of TRY) {
      if (data === undefined || (dataRoot !== undefined && existsSync(join(dataRoot, data))))
        console.log(`  ${what}\n    ${server.url}${query === "" ? "" : `?${query}`}`);
      else console.log(`  ${what}\n    needs the folder ${data}/ below HELIOSTREAM_DATA_ROOT`);
    }
    console.log(`  the request log\n    ${server.url.replace(/server$/, "log")}\n`);
    await untilStopped(server);
    return 0;
  },
};

function firstFolder(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => existsSync(path));
}
