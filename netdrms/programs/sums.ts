import { DasError, OUTCOME } from "../../errors/das-error.js";
import type { SumsContext } from "../sums/commands/command.js";
import { SUMS_COMMANDS } from "../sums/commands/index.js";
import { failureStatus } from "./failure-status.js";
import type { ProgramHost } from "./program-host.js";
import { tableRow } from "./table-text.js";

/** What `sums` has from its process. */
export interface SumsHost extends ProgramHost {
  /** Opened when a command runs. Errors: BAD_CONFIG where no database is named. */
  open(): SumsContext & { close(): Promise<void> };
}

const HELP = [
  "usage: sums COMMAND [ARGUMENT...]",
  "",
  "Storage units: where they are, how long they are kept, and what becomes of them.",
  "",
  ...SUMS_COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`),
  "",
  "sums COMMAND --help tells of one command. What is printed is a table: a line with the names of columns, then a line for each row,",
  "tabs between cells.",
  "",
  "Exit status: 0, 13 for a wrong argument, 1 for another failure.",
  "",
].join("\n");

/** `sums`. @returns the exit status. Source: netdrms 3, docs/archive-programs.md. */
export async function runSums(host: SumsHost): Promise<number> {
  const { argv, print } = host;
  const [word, ...args] = argv;
  if (word === undefined || word === "-h" || word === "-H" || word === "--help") {
    await print(HELP);
    return word === undefined ? OUTCOME.USAGE.exit : 0;
  }
  return failureStatus("sums", host, () => runCommand(word, args, host));
}

async function runCommand(word: string, args: readonly string[], host: SumsHost): Promise<void> {
  const command = SUMS_COMMANDS.find(({ name }) => name === word);
  if (command === undefined)
    throw new DasError(
      "USAGE",
      `command ${word.slice(0, 40)}, expected one of ${SUMS_COMMANDS.map(({ name }) => name).join(", ")}`,
    );
  if (args.includes("--help") || args.includes("-h")) {
    await host.print(`${command.help}\n`);
    return;
  }
  const context = host.open();
  try {
    const { columns, rows } = await command.run(args, context);
    await host.print(tableRow(columns));
    for await (const row of rows) await host.print(tableRow(row));
  } finally {
    await context.close();
  }
}
