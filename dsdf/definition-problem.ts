import { isDasError } from "../errors/das-error.js";
import type { Remark } from "./definition.js";

/** One finding about a definition. */
export interface Problem {
  /** An `error` keeps the source, or a part of what it says, from working. */
  readonly level: "error" | "warning";
  readonly file: string;
  readonly line?: number;
  readonly keyword?: string;
  readonly message: string;
  readonly expected?: string;
}

/** One problem as a line, the way compilers write it. */
export function problemText({ level, file, line, keyword, message, expected }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const name = keyword === undefined ? "" : `${keyword}: `;
  return `${place}: ${level}: ${name}${message}${expected === undefined ? "" : ` (expected ${expected})`}`;
}

/** A remark of the loader as a finding: an error where a value does not count because of it. */
export function remarkProblem(file: string, { line, keyword, message, expected }: Remark): Problem {
  return {
    level: expected === undefined ? "warning" : "error",
    file,
    line,
    message,
    ...(keyword === undefined ? {} : { keyword }),
    ...(expected === undefined ? {} : { expected }),
  };
}

/** A definition that could not be loaded as a finding. Other errors are thrown on. */
export function loadProblem(file: string, error: unknown): Problem {
  if (!isDasError(error)) throw error;
  const { line, keyword, expected, what } = error.where;
  return {
    level: "error",
    file,
    message: typeof what === "string" ? what : error.message,
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof keyword === "string" ? { keyword } : {}),
    ...(typeof expected === "string" ? { expected } : {}),
  };
}
