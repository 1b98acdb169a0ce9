import { mayViewCommands } from "../access/may-view.js";
import type { Request } from "../http.js";
import type { QueryWords } from "../query-words.js";
import type { Site } from "../site.js";
import type { LogFilter } from "./filter.js";
import { dayRange, readFilter } from "./filter-words.js";
import { type LogFile, listFiles } from "./log-files.js";

/** What is asked of the log, and what it is to be looked for in. */
export interface LogQuestion {
  /** All files, newest first. */
  readonly files: readonly LogFile[];
  readonly filter: LogFilter;
}

/** The path of the viewer for links, which need one that is not empty. */
export function pathOf(request: Request): string {
  return request.mount === "" ? "/." : request.mount;
}

/** The filter with the range that it means: the newest day, where neither a time nor one request is asked for. */
function withRange(asked: LogFilter, newest: string | undefined): LogFilter {
  const { day, from, to, id } = asked;
  if (day !== undefined || from !== undefined || to !== undefined || id !== undefined || newest === undefined)
    return asked;
  return { ...asked, day: newest, ...dayRange(newest) };
}

/**
 * Reads a question; who may not see command lines and internals does not search them either.
 * @param viewer address of who asks
 * Errors: BAD_PARAMETER.
 */
export async function readQuestion(
  request: Request,
  site: Site,
  words: QueryWords,
  viewer: string,
): Promise<LogQuestion> {
  const files = await listFiles(site.config.logPath);
  const asked = withRange(readFilter(words, viewer, site.now()), files[0]?.day);
  return { files, filter: mayViewCommands(request, site) ? asked : { ...asked, hidesInternals: true } };
}
