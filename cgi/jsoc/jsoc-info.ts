import { DasError } from "../../errors/das-error.js";
import type { Query } from "../query.js";
import { jsonResponse } from "./json.js";
import { recordList } from "./record-list/index.js";
import { recordSummary } from "./record-summary.js";
import { seriesStruct } from "./series-struct/index.js";

/** By the word of `op`. */
const OPERATIONS: ReadonlyMap<string, Query> = new Map<string, Query>([
  ["series_struct", seriesStruct],
  ["rs_summary", recordSummary],
  ["rs_list", recordList],
  // A name without an operation, as it is elsewhere. Source: netdrms-export B9.
  [
    "rs_image",
    () =>
      jsonResponse({ status: 4, error: "operation not implemented", errmsg: "operation not implemented" }),
  ],
]);

/** `jsoc_info`: what a series is, how many records a query finds, and what is in them. Source: netdrms-export B3 to B5. */
export const jsocInfo: Query = (context) => {
  const op = context.words.get("op") ?? "";
  const operation = OPERATIONS.get(op);
  if (operation === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `op=${op.slice(0, 40)}, expected one of: ${[...OPERATIONS.keys()].slice(0, 3).join(", ")}`,
    );
  return operation(context);
};
