import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { startExports } from "../../../netdrms/requests/start-exports.js";
import { requestsForTest } from "./support.js";

/** What a runner as a process of its own is told. */
export interface ChildRunner {
  readonly url: string;
  readonly root: string;
  readonly leaseMs: number;
  /** The rename of a file or folder below the root after which it kills itself without warning; the first is 1. */
  readonly dies: number;
}

/** Runs requests until it dies. */
async function main(): Promise<void> {
  const { url, root, leaseMs, dies }: ChildRunner = JSON.parse(process.argv[2] ?? "");
  const real = fs.rename;
  let count = 0;
  fs.rename = async (...args) => {
    await real(...args);
    if (String(args[0]).startsWith(root) && ++count === dies) process.kill(process.pid, "SIGKILL");
  };
  syncBuiltinESMExports();
  const { site } = await requestsForTest(url, { root, leaseMs });
  startExports(site, { concurrency: 1, pollMs: 20 });
  // Nothing else keeps it from ending.
  setInterval(() => {}, 1000);
}

await main();
