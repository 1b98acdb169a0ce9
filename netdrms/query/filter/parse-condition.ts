import type { Series } from "../../series/model.js";
import { Cursor } from "../cursor.js";
import type { QueryText, Span } from "../query-text.js";
import { type CheckedFilter, checkFilter } from "./check-filter.js";
import { parseFilter } from "./parse-filter.js";
import { readTokens } from "./tokens.js";

/**
 * The condition that a part of a query says, in the columns of a series.
 * Errors: BAD_QUERY naming the place.
 * Source: netdrms 4.8.
 */
export function parseCondition(source: QueryText, span: Span, series: Series): CheckedFilter {
  const tokens = readTokens(new Cursor(source, span));
  return checkFilter(source, parseFilter(source, tokens), series);
}
