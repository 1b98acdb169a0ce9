import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { lineWords, type Word } from "./words.js";

/** Longest parameter file, bytes: far beyond what people write, little to hold. */
export const MAX_PARAMETER_FILE_BYTES = 1_048_576;

/**
 * The text of a parameter file of this machine; a relative name counts from the working directory. For `readFile` of
 * `parseModuleArguments`.
 *
 * Errors: USAGE where there is no such file, it is no ordinary file, or longer than {@link MAX_PARAMETER_FILE_BYTES}.
 */
export function readParameterFile(name: string): string {
  let file: number;
  try {
    // Without O_NONBLOCK a named pipe would hold the program until somebody writes to it.
    file = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new DasError("USAGE", `parameter file ${shown(name)} cannot be read`, {}, error);
  }
  try {
    if (!fstatSync(file).isFile())
      throw new DasError("USAGE", `parameter file ${shown(name)} is no ordinary file`);
    // One byte more than may be there: what a file says of its size need not hold.
    const bytes = Buffer.allocUnsafe(MAX_PARAMETER_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > MAX_PARAMETER_FILE_BYTES)
      throw new DasError(
        "USAGE",
        `parameter file ${shown(name)} has more than ${MAX_PARAMETER_FILE_BYTES} bytes`,
      );
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * The words of a parameter file, line by line. Errors: USAGE for a text with a NUL, one that is too long, or a quote that is not
 * closed. Source: netdrms 7.1.
 */
export function parameterFileLines(name: string, text: string): readonly (readonly Word[])[] {
  if (Buffer.byteLength(text) > MAX_PARAMETER_FILE_BYTES)
    throw new DasError(
      "USAGE",
      `parameter file ${shown(name)} has more than ${MAX_PARAMETER_FILE_BYTES} bytes`,
    );
  if (text.includes("\0")) throw new DasError("USAGE", `parameter file ${shown(name)} is no text`);
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, n) => lineWords(line, n + 1));
}
