import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Level } from "../../../cache/level.js";

const ROOT = join(import.meta.dirname, "../../..");

/**
 * Publishes a made block, and kills itself without warning right after the step of the file system whose number it is given.
 * Arguments: level as JSON, number, records, base, step.
 */
const PROGRAM = `
  import fs from "node:fs/promises";
  import { syncBuiltinESMExports } from "node:module";
  import { publish, madeBlock } from ${JSON.stringify(join(ROOT, "test/cache/support/made-block.ts"))};
  const [level, number, records, base, last] = process.argv.slice(2).map((text) => JSON.parse(text));
  let steps = 0;
  const counted = (real) => async function (...args) {
    const result = await real.apply(this, args);
    if (++steps === last) process.kill(process.pid, "SIGKILL");
    return result;
  };
  const handle = await fs.open(process.argv[1]);
  const methods = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ["sync", "writeFile"]) methods[name] = counted(methods[name]);
  for (const name of ["open", "rename", "rm", "mkdir", "link"]) fs[name] = counted(fs[name]);
  syncBuiltinESMExports();
  await publish(level, number, madeBlock(level, number, records, base));
  console.log(steps);`;

/** Makes the program of a writer that can be killed. @returns its file */
export async function killedWriter(folder: string): Promise<string> {
  const source = join(folder, "writer.ts");
  await writeFile(source, PROGRAM);
  const outfile = join(folder, "writer.mjs");
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    nodePaths: [join(ROOT, "node_modules")],
    logLevel: "error",
  });
  return outfile;
}

/**
 * Has a process publish a block of `records` records and die after a step, the first being 1.
 * @returns `killed`, or how many steps it took where it came to its end
 */
export async function publishUntil(
  program: string,
  level: Level,
  number: number,
  records: number,
  base: number,
  step: number,
): Promise<number | "killed"> {
  const words = [level, number, records, base, step].map((value) => JSON.stringify(value));
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code, signal] = await once(child, "close");
  if (signal === "SIGKILL") return "killed";
  if (code !== 0) throw new Error(`the writer ended with ${code}`);
  return Number(output);
}
