// Makes of a program of many rooms one that loads only those that a usual answer needs: its modules stand in two files, NAME-code.js and
// NAME-rest.js, the second of which is read when something in it is asked for. Beside each the engine's compiled code is kept
// (NAME-code.cache, NAME-rest.cache). A module is in one file only, so there is one of everything that it keeps.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { inAscii, writeProgram } from "./cache-code.mjs";

/** Reads tables of modules, and runs each module when it is first asked for. Code is one byte a character: what is compiled belongs to exactly this text. */
const starter = (entry, ended) => `
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");
const scripts = {};
const table = (part) => {
  const filename = __dirname + "/NAME-" + part;
  const source = readFileSync(filename + ".js", "latin1");
  let cachedData;
  try {
    cachedData = readFileSync(filename + ".cache");
  } catch {}
  const script = (scripts[part] = new Script(source, { filename: filename + ".js", cachedData }));
  return script.runInThisContext()(__dirname);
};
const code = table("code");
let rest;
const modules = {};
const load = (id) => {
  if (!id.startsWith("./")) return require(id);
  let module = modules[id];
  if (module === undefined) {
    module = modules[id] = { exports: {} };
    (code[id] ?? (rest ??= table("rest"))[id])(module, module.exports, load);
  }
  return module.exports;
};
${ended}
load(${JSON.stringify(entry)});`;

/** Writes at the end which modules have run. */
const LIST_MODULES = `process.on("exit", () => writeFileSync(__dirname + "/NAME-modules", JSON.stringify(Object.keys(modules))));`;
/** Writes at the end what was compiled of a part. */
const keepCompiled = (part) =>
  `process.on("exit", () => writeFileSync(__dirname + "/NAME-${part}.cache", scripts[${JSON.stringify(part)}].createCachedData()));`;

/**
 * Bundles `entry` as `folder/name`, in two parts.
 * @param bundling options of esbuild
 * @param usual has it give the answer whose modules are the first part; what it needs for the first time alone is not
 * @param rare has it give one that needs the second part as well
 */
export async function partProgram(folder, name, entry, bundling, { usual, rare }) {
  const chunks = await chunksOf(entry, bundling);
  const first = `./${name}.js`;
  const file = (suffix) => join(folder, `${name}-${suffix}`);
  const write = (ended) => writeProgram(join(folder, name), starter(first, ended).replaceAll("NAME", name));
  const put = (part, isIn) => writeFileSync(file(`${part}.js`), tableOf(chunks.filter(([id]) => isIn(id))));
  put("code", () => true);
  put("rest", () => false);
  write("");
  usual();
  write(LIST_MODULES);
  usual();
  const used = new Set(JSON.parse(readFileSync(file("modules"), "utf8")));
  rmSync(file("modules"));
  put("code", (id) => used.has(id));
  put("rest", (id) => !used.has(id));
  write(keepCompiled("code"));
  usual();
  write(`rest ??= table("rest");${keepCompiled("rest")}`);
  rare();
  write("");
}

/** Functions have their names: short ones would have to be given their own again when a process starts, thousands of them. */
const SHORT = { minify: false, minifyWhitespace: true, minifySyntax: true, keepNames: false };

/** The modules of a program, those that are always asked for together in one: id and code of each. */
async function chunksOf(entry, bundling) {
  const { outputFiles } = await build({
    ...bundling,
    ...SHORT,
    entryPoints: [entry],
    format: "esm",
    splitting: true,
    chunkNames: "[hash]",
    outdir: "/",
    write: false,
  });
  return await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        format: "cjs",
        target: bundling.target,
        ...SHORT,
        supported: { "dynamic-import": false },
      });
      return [`.${path}`, inAscii(code)];
    }),
  );
}

/** Node keeps a text of more characters than this outside of the heap of the engine, which need not collect it then. */
const MOST_IN_HEAP = 0xfbee9;

const tableOf = (chunks) =>
  `(function(__dirname){return{\n${chunks
    .map(([id, code]) => `${JSON.stringify(id)}:function(module,exports,require){${code}\n}`)
    .join(",\n")}\n}})`.padEnd(MOST_IN_HEAP + 1);
