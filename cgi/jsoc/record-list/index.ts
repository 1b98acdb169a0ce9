import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import type { Response } from "../../http.js";
import { enterData } from "../../limits/site-limits.js";
import type { Query } from "../../query.js";
import { withArchive } from "../archive.js";
import { askedSets } from "../asked-sets.js";
import { jsonResponse, runtimeSince } from "../json.js";
import { asksForUnits, listedNames, readAskedList } from "./asked-list.js";
import { columnList } from "./column-list.js";
import { ColumnSpool } from "./column-spool.js";
import { fitsList } from "./fits-list.js";
import { spooledObject } from "./spooled-response.js";

/**
 * `op=rs_list`: keywords, segments and links of the records of a query, each as a list of values, or with `f=1` an object for each record.
 * All is read before the first byte is sent: what goes wrong is told as an error, and a list that has begun is whole.
 * Source: netdrms-export B5.
 */
export const recordList: Query = async (context) => {
  const { words, request, site } = context;
  const asked = readAskedList(words);
  const layout = asked.isFits ? fitsList : columnList;
  await enterData(context);
  return withArchive(context, asksForUnits(asked) ? "found" : "none", async (archive): Promise<Response> => {
    const sets: readonly RecordSetQuery[] = await askedSets(words, archive.catalog);
    const list = layout(asked, listedNames(asked, sets));
    const spool = new ColumnSpool(list.columns, site.config.jsocAnswerLimit);
    try {
      let count = 0;
      for (const set of sets)
        for await (const { rows, texts } of list.read(archive, set)) {
          count += rows;
          for (const [column, text] of texts.entries()) spool.add(column, text);
          await spool.settle();
        }
      const end = { count, runtime: runtimeSince(request.receivedAt), status: 0 };
      if (count > 0) return await spooledObject(spool, list.members(spool), end);
      await spool.close();
      return jsonResponse(end);
    } catch (error) {
      await spool.close();
      throw error;
    }
  });
};
