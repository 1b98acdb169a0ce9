import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

const ESCAPES = new Map([
  ["t", "\t"],
  ["n", "\n"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
]);

/**
 * The text of a value with `\t \n \\ \" \'` replaced by what they stand for.
 *
 * @param name of the parameter, for the message
 * Errors: `code` for any other backslash.
 * Source: netdrms 7.1.
 */
export function unescapeValue(name: string, text: string, code: "USAGE" | "BAD_PARAMETER" = "USAGE"): string {
  return text.replace(/\\(.?)/gs, (_, c: string) => {
    const meaning = ESCAPES.get(c);
    if (meaning === undefined)
      throw new DasError(
        code,
        `${name} = ${shown(text)}: a backslash before ${c === "" ? "the end" : shown(c)}, expected one of \\t \\n \\\\ \\" \\'`,
      );
    return meaning;
  });
}
