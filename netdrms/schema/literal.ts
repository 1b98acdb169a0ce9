import { DasError } from "../../errors/das-error.js";
import type { Sql } from "../database/sql.js";

/**
 * A whole number as text of a statement: commands that define things take no parameters. Errors: BAD_PARAMETER for a number that is
 * not whole.
 */
export function integerLiteral(value: bigint | number): Sql {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new DasError("BAD_PARAMETER", `${value}, expected a whole number`);
  return { kind: "sql", parts: [value.toString()] };
}

/** A verifier of a password as text of a statement. Errors: INTERNAL for any other text. */
export function verifierLiteral(verifier: string): Sql {
  // None of these characters can end the text.
  if (!/^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/.test(verifier))
    throw new DasError("INTERNAL", "no verifier of a password where one was expected");
  return { kind: "sql", parts: [`'${verifier}'`] };
}
