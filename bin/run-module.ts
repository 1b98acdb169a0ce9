import { basename } from "node:path";
import type { ModuleDeclaration } from "../netdrms/module/declaration.js";
import { type DrmsModule, OutputGone } from "../netdrms/module/module.js";
import { runModule } from "../netdrms/module/run-module.js";
import { storageError } from "../netdrms/sums/storage-error.js";
import { archiveProcess, say, sayFailure } from "./archive-process.js";
import { endSignals } from "./end-signals.js";
import { Pauses } from "./pauses.js";
import { ConsumerGone, ProgramOutput } from "./program-output.js";

/** How long a module may take to end after a signal, ms; its connection is lost then, so nothing is kept. */
const GRACE_MS = 10_000;

/**
 * Runs a module of the archive as this process; ends it with the module's status, or as a signal would have. Source: netdrms 7.
 */
export function runModuleProcess<D extends ModuleDeclaration>(module: DrmsModule<D>): void {
  const signals = endSignals(GRACE_MS);
  main(module, signals.signal).then(
    (status) => process.exit(signals.status() ?? status),
    (error) => {
      sayFailure(module.declaration.name, error);
      process.exit(1);
    },
  );
}

async function main<D extends ModuleDeclaration>(
  module: DrmsModule<D>,
  signal: AbortSignal,
): Promise<number> {
  const output = new ProgramOutput();
  // What a pause finds is an error of the next portion, or of the end: a module that wrote has to take it back.
  let lost: unknown;
  const pauses = new Pauses(() => {
    try {
      output.flush();
    } catch (error) {
      lost = error;
    }
  });
  const handOver = (work: () => void): void => {
    try {
      if (lost !== undefined) throw lost;
      work();
    } catch (error) {
      throw error instanceof ConsumerGone
        ? new OutputGone()
        : storageError(error, "standard output cannot be written");
    }
  };
  const { log: _, ...host } = archiveProcess(module.declaration.name);
  const status = await runModule(module, {
    ...host,
    calledAs: basename(process.argv[1] ?? ""),
    signal,
    log: say,
    async print(bytes) {
      handOver(() => output.write(bytes));
      await output.ready();
      pauses.arrived();
    },
    flush: () => handOver(() => output.flush()),
  });
  pauses.stop();
  await output.end().catch((error: unknown) => {
    if (!(error instanceof ConsumerGone)) throw error;
  });
  return status;
}
