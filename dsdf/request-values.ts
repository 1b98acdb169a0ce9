import type { DataQuery } from "./data-query.js";
import type { DataSource } from "./data-source.js";
import type { RequestValues } from "./expand-command.js";
import { checkParamWords } from "./param-words.js";

/** What `#[_SERVER_]` and `#[_FILENAME_]` stand for; das2-server 9.1. */
export interface AnswerNames {
  /** Absolute URL of the server. */
  readonly server?: string;
  /** Name under which the answer would be saved. */
  readonly fileName?: string;
}

/**
 * What `#[key]` and `$(name)` may stand for: the words of the path-style interface and of das2.2, then what the
 * request says under other names. A request never replaces what the server has worked out, and never gives a name
 * that begins with `_`.
 *
 * @param range what the reader is asked for, as texts
 * Errors: BAD_PARAMETER for other values that hold what a parameter of the reader may not. Source: das2-server 9.1, 13.3.
 */
export function requestValues(
  source: DataSource,
  query: DataQuery,
  { begin, end }: { readonly begin: string; readonly end: string },
  interval: number | undefined,
  answer: AnswerNames,
): RequestValues {
  const seconds = interval === undefined ? undefined : String(interval);
  const resolution = query.resolution === undefined ? undefined : String(query.resolution);
  const params = source.dropParams ? "" : query.params.join(" ");
  const own: RequestValues = {
    "read.time.min": begin,
    "read.time.max": end,
    "read.time.inter": seconds,
    "bin.time.max": resolution,
    "read.opts": params,
    "time.min": begin,
    "time.max": end,
    start_time: begin,
    end_time: end,
    start: begin,
    stop: end,
    interval: seconds,
    resolution,
    params,
    _LOCAL_ID_: source.id,
    _SERVER_: answer.server,
    _FILENAME_: answer.fileName,
  };
  const others = Object.entries(query.values ?? {}).filter(
    ([key]) => !Object.hasOwn(own, key) && !key.startsWith("_"),
  );
  for (const [, value] of others)
    checkParamWords(
      value.split(/\s+/).filter((word) => word !== ""),
      source.paramChars,
    );
  return { ...Object.fromEntries(others), ...own };
}
