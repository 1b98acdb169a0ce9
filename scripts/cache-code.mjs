// Keeps beside a CGI program what the engine has compiled of it: a process of one request spends more time on compiling
// than on answering. The program becomes three files: NAME (starts it), NAME-code.js, NAME-code.cache. A cache that
// does not suit the engine (another version of Node) is refused by it, and the program is compiled as ever.
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Both starters read the code alike, one byte a character: the cache belongs to exactly this text. */
const load = (options) => `
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");
const filename = __dirname + "/NAME-code.js";
const source = readFileSync(filename, "latin1");
${options}
script.runInThisContext()(require, __dirname);
`;

const starter = load(`
let cachedData;
try {
  cachedData = readFileSync(__dirname + "/NAME-code.cache");
} catch {}
const script = new Script(source, { filename, cachedData });`);

/** Runs the program once and keeps what was compiled while it answered. */
const recorder = load(`
const script = new Script(source, { filename });
process.on("exit", () => writeFileSync(__dirname + "/NAME-code.cache", script.createCachedData()));`);

/**
 * Caches the code of `folder/name`.
 * @param start the program that is run for it, in the same folder, which may load it
 * @param environment that of a usual request
 */
export function cacheCode(folder, name, environment, { start = name } = {}) {
  const program = join(folder, name);
  const code = readFileSync(program, "utf8").replace(/^#!.*\n/, "\n");
  writeFileSync(join(folder, `${name}-code.js`), `(function (require, __dirname) {${inAscii(code)}\n})`);
  const original = `${program}-original`;
  renameSync(program, original);
  writeProgram(program, recorder.replaceAll("NAME", name));
  answer(join(folder, start), environment);
  rmSync(original);
  writeProgram(program, starter.replaceAll("NAME", name));
}

/** Runs a program for a request that it has to answer. */
export function answer(program, environment) {
  const env = { PATH: process.env.PATH, ...environment };
  const run = spawnSync(process.execPath, [program], { env });
  if (run.status !== 0 || !run.stdout.toString("latin1").startsWith("Status: 200 "))
    throw new Error(`${program} did not answer: ${run.stdout}${run.stderr}`);
}

/** Into the place of another, in one step. */
export function writeProgram(program, text) {
  const next = `${program}-next`;
  writeFileSync(next, `#!/usr/bin/env node${text}`);
  chmodSync(next, 0o755);
  renameSync(next, program);
}

/** The same program without a character of more than one byte, of which the engine would keep every one in two. */
export function inAscii(code) {
  return code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
