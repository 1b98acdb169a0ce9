import { DasError, type ErrorCode } from "../../errors/das-error.js";

/** The code of the error that `run` throws, `"accepted"` where it throws none. */
export function codeOf(run: () => unknown): ErrorCode | "accepted" {
  return failureOf(run)?.code ?? "accepted";
}

/** The message of the error that `run` throws, `"accepted"` where it throws none. */
export function messageOf(run: () => unknown): string {
  return failureOf(run)?.message ?? "accepted";
}

function failureOf(run: () => unknown): DasError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DasError) return error;
    throw error;
  }
  return undefined;
}
