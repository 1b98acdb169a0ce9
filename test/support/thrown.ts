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

/** What `run` throws or its promise is rejected with. Throws itself where all goes well. */
export async function rejectionOf(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("expected a failure, all went well");
}
