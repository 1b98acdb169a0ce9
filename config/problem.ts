import { DasError } from "../errors/das-error.js";

/** Where something is wrong in a file that an operator wrote. */
export interface FilePlace {
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** Keyword of a definition or key of a configuration. */
  readonly keyword?: string;
  /** What would have been right. */
  readonly expected?: string;
}

/**
 * Makes the error for a configuration: the message has line, key and what was expected; the path of the file goes to
 * `where` only.
 */
export function fileError(what: string, place: FilePlace, cause?: unknown): DasError {
  const head = [
    place.line === undefined ? undefined : `line ${place.line}`,
    place.keyword === undefined ? undefined : place.keyword,
  ].filter((part) => part !== undefined);
  const prefix = head.length > 0 ? `${head.join(", ")}: ` : "";
  const suffix = place.expected === undefined ? "" : ` (expected ${place.expected})`;
  return new DasError("BAD_CONFIG", `${prefix}${what}${suffix}`, { ...place, what }, cause);
}

/** One line for operators: the message with the file that it is about, as compilers write it. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof DasError)) return error instanceof Error ? error.message : String(error);
  const { file, line, keyword, what, expected } = error.where;
  const place = typeof file !== "string" ? "" : typeof line === "number" ? `${file}:${line}: ` : `${file}: `;
  if (typeof what !== "string") return `${place}${error.message}`;
  const name = typeof keyword === "string" ? `${keyword}: ` : "";
  return `${place}${name}${what}${typeof expected === "string" ? ` (expected ${expected})` : ""}`;
}

/** The value as a message shows it: in quotes, at most 60 characters. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}
