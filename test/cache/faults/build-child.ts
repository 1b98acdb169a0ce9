import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { buildSpan } from "../../../cache/build/build-span.js";
import { openIndex } from "../../../cache/index/open-index.js";
import { levelsOf } from "../../../cache/levels/levels-of.js";
import type { BuildJob } from "../../../cache/queue/build-queue.js";
import { dataSource } from "../../../dsdf/load.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { madeReader } from "../../support/made-reader.js";

/** What a build as a process of its own is told. */
export interface ChildBuild {
  readonly cacheRoot: string;
  /** Of Redis. */
  readonly address: string;
  readonly id: string;
  readonly definition: string;
  readonly job: BuildJob;
  readonly leaseMs: number;
  /** At which step it kills itself without warning: the n-th claim, portion, file made, rename, or block on record. */
  readonly dies: readonly [step: "claim" | "portion" | "open" | "rename" | "publish", count: number];
}

/** Builds what it is told, `made` being the reader, until it dies; says `done` at the end where it does not. */
async function main(): Promise<void> {
  const told: ChildBuild = JSON.parse(process.argv[2] ?? "");
  const counts = new Map<string, number>();
  const step = (name: ChildBuild["dies"][0]): void => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (name === told.dies[0] && count === told.dies[1]) process.kill(process.pid, "SIGKILL");
  };
  for (const name of ["open", "rename"] as const) {
    const real: (...args: never[]) => Promise<unknown> = fs[name];
    Object.assign(fs, {
      [name]: async (...args: never[]) => {
        const result = await real(...args);
        if (String(args[0]).startsWith(`${told.cacheRoot}/data/${told.id}/`)) step(name);
        return result;
      },
    });
  }
  syncBuiltinESMExports();

  const { cacheRoot, address, id, definition, job, leaseMs } = told;
  const redis = { workQueueBroker: "redis", workQueueConn: address, redisTimeout: 5 };
  const index = await openIndex({ cacheRoot, ...redis }, { life: "process" });
  const claim = index.claim.bind(index);
  index.claim = async (...of) => {
    const claims = await claim(...of);
    step("claim");
    return claims;
  };
  const publish = index.publish.bind(index);
  index.publish = async (...of) => {
    const publication = await publish(...of);
    step("publish");
    return publication;
  };
  const reader = madeReader({ name: "made", stepSeconds: 60, portion: 240 });
  reader.control.beforePortion = () => step("portion");
  const tools = pipelineTools({
    d2sReducer: "das2_bin_avgsec",
    qdsReducer: undefined,
    d2sToUtf8: undefined,
    qdsToUtf8: undefined,
    d2sCsvConverter: undefined,
    das1ToDas2: undefined,
  });
  const source = dataSource(id, `${id}.dsdf`, Buffer.from(definition), { substitutions: new Map() });
  await buildSpan(job, source, levelsOf(source, [], { cacheRoot, tools }), {
    index,
    tools,
    pipelineOptions: {
      programs: (name) => (name === "made" ? Promise.resolve(reader.program) : builtInProgram(name)),
    },
    now: Date.now,
    owner: `child:${process.pid}`,
    leaseMs,
  });
  await index.close();
  console.log("done");
}

await main();
