import { parseArgs } from "node:util";
import type { Print } from "./print.js";

/** Benches by name; each makes its own input, prints ratios measured in this run, and cleans up. */
const BENCHES: Readonly<Record<string, () => Promise<{ run(print: Print): Promise<void> }>>> = {
  parse: () => import("./stream-parse.js"),
  numbers: () => import("./stream-numbers.js"),
  reducers: () => import("./reducers.js"),
  psd: () => import("./psd.js"),
  formats: () => import("./formats.js"),
  fits: () => import("./fits.js"),
  "netdrms-export": () => import("./netdrms-export.js"),
  "netdrms-keywords": () => import("./netdrms-keywords.js"),
  "netdrms-query": () => import("./netdrms-query.js"),
  "netdrms-images": () => import("./netdrms-images.js"),
  "netdrms-changes": () => import("./netdrms-changes.js"),
  "jsoc-info": () => import("./jsoc-info.js"),
  server: () => import("./server.js"),
  hapi: () => import("./hapi.js"),
  "cache-summary": () => import("./cache-summary.js"),
  "cache-small": () => import("./cache-small.js"),
  "cache-bytes": () => import("./cache-bytes.js"),
  "cache-cgi": () => import("./cache-cgi.js"),
  "cache-plan": () => import("./cache-plan.js"),
  "plot-page": () => import("./plot-page.js"),
  memory: () => import("./memory.js"),
  "log-page": () => import("./log-page.js"),
  "cache-build": () => import("./cache-build.js"),
};

const { positionals } = parseArgs({ allowPositionals: true });
for (const name of positionals)
  if (!(name in BENCHES)) {
    console.error(`bench "${name}" is not one of ${Object.keys(BENCHES).join(", ")}`);
    process.exit(13);
  }
for (const [name, load] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n== ${name}`);
  await (await load()).run((line) => console.log(line));
}
