import type { ProgramContext } from "../../stream/program.js";

/** The surroundings of a reader of an archive under test. */
export interface ArchiveContext extends ProgramContext {
  /** What it told the people who run the server. */
  readonly lines: readonly string[];
}

/**
 * Surroundings with the settings of an archive, as a server hands them down.
 * @param more variables besides, such as HELIOSTREAM_DRMS_STATEMENT_TIMEOUT
 */
export function archiveContext(
  url: string,
  more: Readonly<Record<string, string>> = {},
  signal: AbortSignal = new AbortController().signal,
): ArchiveContext {
  const lines: string[] = [];
  return {
    signal,
    log: (line) => lines.push(line),
    env: { HELIOSTREAM_DRMS_URL: url, ...more },
    lines,
  };
}
