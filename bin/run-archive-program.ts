import { OutputGone } from "../netdrms/module/module.js";
import type { ProgramHost } from "../netdrms/programs/program-host.js";
import { say, sayFailure } from "./archive-process.js";
import { ConsumerGone, ProgramOutput } from "./program-output.js";

/**
 * Runs a program of the archive that is no module as this process, and ends it with its status.
 *
 * @param name of the program, for a failure that it does not tell itself
 */
export function runArchiveProgram(name: string, work: (host: ProgramHost) => Promise<number>): void {
  main(work).then(
    (status) => process.exit(status),
    (error) => {
      if (error instanceof OutputGone || error instanceof ConsumerGone) process.exit(0);
      sayFailure(name, error);
      process.exit(1);
    },
  );
}

async function main(work: (host: ProgramHost) => Promise<number>): Promise<number> {
  const output = new ProgramOutput();
  const status = await work({
    argv: process.argv.slice(2),
    log: say,
    async print(text) {
      try {
        output.write(Buffer.from(text));
        await output.ready();
      } catch (error) {
        throw error instanceof ConsumerGone ? new OutputGone() : error;
      }
    },
  });
  await output.end();
  return status;
}
