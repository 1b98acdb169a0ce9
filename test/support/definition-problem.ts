import { DasError } from "../../errors/das-error.js";

/** What an operator is told of a wrong definition, without its file: `line 4, reader: what is wrong (expected ...)`. */
export function problemOf(error: unknown): string {
  if (!(error instanceof DasError) || error.code !== "BAD_DEFINITION") throw error;
  const { line, keyword, what, expected } = error.where;
  const place = [line === undefined ? [] : [`line ${line}`], keyword ?? []].flat().join(", ");
  return `${place === "" ? "" : `${place}: `}${what}${expected === undefined ? "" : ` (expected ${expected})`}`;
}

/** The same for what a call throws. */
export function problemIn(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return problemOf(error);
  }
  throw new Error("nothing was thrown");
}
