// Turns accumulate.wat into accumulate.wasm.ts. Run `node reducers/binning/kernels/build-kernel.mjs` after a change of the text;
// a test compares what is kept in the tree with what this gives.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const SOURCE = join(import.meta.dirname, "accumulate.wat");
const TARGET = join(import.meta.dirname, "accumulate.wasm.ts");

/** The text of accumulate.wasm.ts: the compiled kernels as base64, so that bundles and tests load them alike. */
export async function kernelModuleText() {
  const { parseWat } = await wabt();
  const module = parseWat("accumulate.wat", readFileSync(SOURCE, "utf8"), { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,100}/g);
  return [
    "// Made by build-kernel.mjs from accumulate.wat; not to be changed by hand.",
    "",
    "/** The compiled kernels of accumulate.wat, base64. */",
    `export const ACCUMULATE_WASM =\n${lines.map((line) => `  "${line}"`).join(" +\n")};`,
    "",
  ].join("\n");
}

/** Writes accumulate.wasm.ts beside the text it is made of. */
export async function buildKernel() {
  writeFileSync(TARGET, await kernelModuleText());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernel();
