import { asDasError, type DasError } from "../errors/das-error.js";
import { endOfBytes } from "../pipeline/bytes-link.js";
import { Pauses } from "./pauses.js";
import { ConsumerGone, type ProgramOutput } from "./program-output.js";

/**
 * Writes what a program gives to standard output, no faster than it is taken, and small pieces together unless the program
 * makes a pause. Where it fails, the output ends with what it gave before.
 *
 * @returns its failure, or NO_DATA where it had nothing to give
 * Errors: {@link ConsumerGone}; the program has then been left.
 */
export async function writeBytes(
  source: AsyncIterable<Uint8Array>,
  output: ProgramOutput,
): Promise<DasError | undefined> {
  const pauses = new Pauses(() => output.flush());
  let given = 0;
  let failure: DasError | undefined;
  try {
    for await (const piece of source) {
      output.write(piece);
      given += piece.length;
      await output.ready();
      pauses.arrived();
    }
  } catch (error) {
    if (error instanceof ConsumerGone) throw error;
    failure = asDasError(error, "the reader");
  } finally {
    pauses.stop();
  }
  output.flush();
  const end = endOfBytes(failure, given);
  return end.kind === "failed" ? end.error : failure;
}
