// Keeps beside a CGI program what the engine has compiled of it: a process of one request spends more time on compiling
// than on answering. The program becomes three files: NAME (starts it), NAME-code.js, NAME-code.cache. A cache that
// does not suit the engine (another version of Node) is refused by it, and the program is compiled as ever.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PARAMETERS = "(function (require, __dirname) {";

/** Both starters wrap the code alike: the cache belongs to exactly this text. */
const load = (options) => `
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");
const file = __dirname + "/NAME-code.js";
const source = ${JSON.stringify(PARAMETERS)} + readFileSync(file, "utf8") + "\\n})";
${options}
script.runInThisContext()(require, __dirname);
`;

const starter = load(`
let cachedData;
try {
  cachedData = readFileSync(__dirname + "/NAME-code.cache");
} catch {}
const script = new Script(source, { filename: file, cachedData });`);

/** Runs the program once and keeps what was compiled while it answered. */
const recorder = load(`
const script = new Script(source, { filename: file });
process.on("exit", () => writeFileSync(__dirname + "/NAME-code.cache", script.createCachedData()));`);

/** Caches the code of `folder/name`; `environment` is that of a usual request. */
export function cacheCode(folder, name, environment) {
  const program = join(folder, name);
  const code = readFileSync(program, "utf8").replace(/^#!.*\n/, "\n");
  writeFileSync(join(folder, `${name}-code.js`), code);
  const recorderFile = join(folder, `${name}-recorder`);
  writeFileSync(recorderFile, recorder.replaceAll("NAME", name));
  const logs = mkdtempSync(join(tmpdir(), "heliostream-build-"));
  const run = spawnSync(process.execPath, [recorderFile], {
    env: { PATH: process.env.PATH, HELIOSTREAM_LOG_PATH: logs, ...environment },
    encoding: "utf8",
  });
  rmSync(recorderFile);
  rmSync(logs, { recursive: true, force: true });
  if (run.status !== 0 || !run.stdout.startsWith("Status: 200 "))
    throw new Error(`${name} did not answer: ${run.stdout}${run.stderr}`);
  const next = `${program}-next`;
  writeFileSync(next, `#!/usr/bin/env node${starter.replaceAll("NAME", name)}`);
  chmodSync(next, 0o755);
  renameSync(next, program);
}
