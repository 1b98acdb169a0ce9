import { countOf } from "../../netdrms/programs/show-info/show-statistics.js";
import { planSelection } from "../../netdrms/query/plan-selection.js";
import type { Query } from "../query.js";
import { withArchive } from "./archive.js";
import { askedSets } from "./asked-sets.js";
import { jsonResponse, runtimeSince } from "./json.js";
import { wholeNumber } from "./words.js";

/** `op=rs_summary`: the number of records that a query finds; of several sets together. Source: netdrms-export B4. */
export const recordSummary: Query = async (context) => {
  const { words, request } = context;
  const limit = wholeNumber(words, "n");
  const count = await withArchive(context, false, async ({ database, catalog }) => {
    let sum = 0n;
    for (const set of await askedSets(words, catalog))
      sum += await countOf(database, planSelection(set, limit));
    return sum;
  });
  return jsonResponse({ count, runtime: runtimeSince(request.receivedAt), status: 0 });
};
