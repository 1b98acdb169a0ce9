import { RUN_STATUS, runDrmsRun } from "../netdrms/module/drms-run.js";
import { archiveProcess, sayFailure } from "./archive-process.js";
import { endSignals } from "./end-signals.js";

/** Runs `drms_run` as this process. Source: netdrms 7.4. */
export function runDrmsRunProcess(): void {
  const { signal } = endSignals();
  main(signal).then(
    (status) => process.exit(status),
    (error) => {
      sayFailure("drms_run", error);
      process.exit(RUN_STATUS.badArguments);
    },
  );
}

async function main(signal: AbortSignal): Promise<number> {
  return runDrmsRun({
    ...archiveProcess("drms_run"),
    signal,
    print: (text) => {
      process.stdout.write(text);
    },
  });
}
