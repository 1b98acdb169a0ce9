import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { parseArgs } from "node:util";
import { editPasswordFile, userNameProblem } from "../../cgi/access/password-file.js";
import { newHash } from "../../cgi/access/password-hash.js";
import { DasError } from "../../errors/das-error.js";
import type { Command } from "./command.js";
import { commandConfig } from "./source-setting.js";

/** Exit status where the password file is missing; that of das2_srv_passwd. */
const NO_FILE = 22;

/** `heliostream passwd`: adds, changes or deletes a user of `USER_PASSWD`. Source: das2-server 19. */
export const passwd: Command = {
  help: [
    "usage: heliostream passwd [--config FILE] [-c] [-b] [-D] USER [PASSWORD]",
    "",
    "Sets the password of a user in the file that USER_PASSWD names; new entries are argon2id.",
    "",
    "  -c             create the file, or empty the one that is there",
    "  -b             take the password from the command line instead of asking twice",
    "  -D             delete the user",
    "  --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "",
    `Exit status: ${NO_FILE} when the file is missing and -c is not given.`,
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        create: { type: "boolean", short: "c" },
        batch: { type: "boolean", short: "b" },
        delete: { type: "boolean", short: "D" },
        config: { type: "string" },
      },
    });
    const [user = "", given] = positionals;
    const problem = userNameProblem(user);
    if (problem !== undefined) throw new DasError("BAD_PARAMETER", problem);
    const expected = values.batch === true && values.delete !== true ? 2 : 1;
    if (positionals.length !== expected)
      throw new DasError("BAD_PARAMETER", `${positionals.length} arguments given, expected ${expected}`);
    const file = commandConfig(values.config).userPasswd;
    if (file === undefined)
      throw new DasError("BAD_CONFIG", "the configuration names no password file (USER_PASSWD)");
    if (values.create !== true && !existsSync(file)) {
      console.error("heliostream passwd: the password file does not exist; -c creates it");
      return NO_FILE;
    }
    const before = values.create === true ? "" : readFileSync(file, "utf8");
    let hash: string | undefined;
    if (values.delete !== true) hash = await newHash(given ?? (await askTwice()));
    replaceFile(file, editPasswordFile(before, user, hash));
    return 0;
  },
};

/** Written aside and renamed: a server that reads meanwhile sees the old file or the new one. */
function replaceFile(file: string, text: string): void {
  const aside = `${file}.${process.pid}.new`;
  try {
    writeFileSync(aside, text, { mode: 0o640, flag: "wx" });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

async function askTwice(): Promise<string> {
  const lines = await askHidden(["New password: ", "Once more: "]);
  if (lines[0] === undefined || lines[0] === "") throw new DasError("BAD_PARAMETER", "no password given");
  if (lines[0] !== lines[1]) throw new DasError("BAD_PARAMETER", "the two passwords differ");
  return lines[0];
}

/** Asks on the terminal without showing what is typed; from a pipe it reads one line for each question. */
async function askHidden(questions: readonly string[]): Promise<string[]> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: silent,
    terminal: process.stdin.isTTY === true,
  });
  const answers: string[] = [];
  process.stderr.write(questions[0] ?? "");
  for await (const line of lines) {
    answers.push(line);
    process.stderr.write(process.stdin.isTTY === true ? "\n" : "");
    if (answers.length === questions.length) break;
    process.stderr.write(questions[answers.length] ?? "");
  }
  lines.close();
  return answers;
}
