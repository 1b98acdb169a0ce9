import { DasError, isDasError } from "../../errors/das-error.js";
import { parseModuleArguments } from "../../netdrms/module/parse-arguments.js";
import { SHOW_INFO_ARGUMENTS, type ShowInfoContext } from "../../netdrms/programs/show-info/declaration.js";
import { answerShowInfo } from "../../netdrms/programs/show-info/index.js";
import { showPlace } from "../../netdrms/query/query-text.js";
import type { Response } from "../http.js";
import { enterData } from "../limits/site-limits.js";
import type { Query } from "../query.js";
import type { QueryWords } from "../query-words.js";
import { type RequestArchive, withArchive } from "./archive.js";
import { ColumnSpool } from "./record-list/column-spool.js";
import { spooledResponse } from "./record-list/spooled-response.js";
import { isSet, recordSetText } from "./words.js";

/** The parameters of `show_info` that are taken from a request. */
const PARAMETERS = ["ds", "n", "key", "seg", "sunum", "link"] as const;
/** Its flags; `O`, a statement without a limit of time, and `v`, which tells it to people beside the server, have no meaning here. */
const FLAGS = "aAbBcCdehijkKlMopPqrRsStTxzI";

/**
 * `show_info`: the program of that name as text, over the series that are offered. Nothing is kept for longer: `p` is `P` here.
 * Source: netdrms-export B1, netdrms 6.
 */
export const showInfo: Query = async (context) => {
  const { words, site } = context;
  const parsed = parseModuleArguments(SHOW_INFO_ARGUMENTS, argumentsOf(words));
  await enterData(context);
  return withArchive(context, "found", async (archive): Promise<Response> => {
    const spool = new ColumnSpool(1, site.config.jsocAnswerLimit, { separator: "" });
    try {
      const { catalog } = archive;
      await answerShowInfo({ ...parsed, ...(await surroundings(archive, spool)) }, { catalog });
      return await spooledResponse(spool, spool.pieces(0), "text/plain; charset=utf-8");
    } catch (error) {
      await spool.close();
      throw told(error, words);
    }
  });
};

/** A query is told with the place; of units that belong to a series which is not offered not even its name. */
function told(error: unknown, words: QueryWords): unknown {
  if (isDasError(error, "NO_SUCH_SERIES") && words.has("sunum"))
    return new DasError("BAD_PARAMETER", "one of the storage units is not known here", {}, error);
  return isDasError(error, "BAD_QUERY")
    ? new DasError(error.code, showPlace(error), error.where, error)
    : error;
}

/** The command line; what is an escape in one stands for itself in a request. */
function argumentsOf(words: QueryWords): readonly string[] {
  const given = PARAMETERS.flatMap((name) => {
    const value = words.get(name);
    if (value === undefined) return [];
    const text = name === "ds" ? recordSetText(value) : value;
    return [`${name}=${text.replaceAll("\\", "\\\\")}`];
  });
  const flags = [...FLAGS]
    .filter((flag) => isSet(words, flag))
    .map((flag) => `-${flag === "p" ? "P" : flag}`);
  return [...given, ...flags];
}

async function surroundings(
  archive: RequestArchive,
  spool: ColumnSpool,
): Promise<Pick<ShowInfoContext, "database" | "forWriting" | "sums" | "print" | "log" | "signal" | "env">> {
  return {
    database: archive.database,
    forWriting: () =>
      Promise.reject(new DasError("ARCHIVE_READ_ONLY", "This program only reads the archive")),
    sums: await archive.sums(),
    async print(content) {
      spool.add(0, Buffer.from(content).toString("latin1"));
      await spool.settle();
    },
    // Remarks on a query are for a terminal.
    log: () => undefined,
    signal: archive.signal,
    env: {},
  };
}
