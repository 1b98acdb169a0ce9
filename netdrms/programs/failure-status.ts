import { asDasError, OUTCOME } from "../../errors/das-error.js";
import { failureDetail } from "../module/failure-detail.js";
import { OutputGone } from "../module/module.js";
import type { ProgramHost } from "./program-host.js";

/**
 * Runs the work of a program: 0 where it goes well; what it throws is told, and the status is 13 for wrong arguments, 1 for any other
 * failure. Errors: {@link OutputGone}.
 *
 * @param name of the program, before its message
 */
export async function failureStatus(
  name: string,
  { log }: Pick<ProgramHost, "log">,
  work: () => Promise<void>,
): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof OutputGone) throw error;
    if (isArgumentError(error)) {
      log(`${name}: ${error.message}`);
      return OUTCOME.USAGE.exit;
    }
    const failure = asDasError(error, name);
    const { code, message } = failure;
    log(`${name}: ${message}`);
    for (const line of failureDetail(failure)) log(line);
    return OUTCOME[code].exit === OUTCOME.USAGE.exit ? OUTCOME.USAGE.exit : 1;
  }
}

/** What `parseArgs` of Node throws for options that it does not know. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}
