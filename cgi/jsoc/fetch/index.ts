import { DasError, OUTCOME } from "../../../errors/das-error.js";
import { requestTrouble } from "../../../netdrms/requests/request-trouble.js";
import { publicError } from "../../error-response.js";
import type { Response } from "../../http.js";
import type { Query, QueryContext } from "../../query.js";
import { expRequest } from "./exp-request.js";
import { expStatus } from "./exp-status.js";
import { expSu } from "./exp-su.js";
import {
  type FetchReply,
  fetchResponse,
  type ReplyFormat,
  refusalReply,
  replyFormat,
} from "./fetch-reply.js";

type Operation = (context: QueryContext, format: ReplyFormat) => Promise<Response>;

const replying =
  (work: (context: QueryContext) => Promise<FetchReply>): Operation =>
  async (context, format) =>
    fetchResponse(await work(context), format);

/** By the word of `op`; of those that exist as names only it is said so. Source: netdrms-export B9. */
const OPERATIONS: ReadonlyMap<string, Operation | undefined> = new Map<string, Operation | undefined>([
  ["exp_request", replying(expRequest)],
  ["exp_status", expStatus],
  ["exp_su", replying(expSu)],
  ["exp_repeat", undefined],
  ["exp_kinds", undefined],
  ["exp_history", undefined],
]);

/**
 * `jsoc_fetch`: requests for exports, and what became of them. What cannot be done is a reply of HTTP status 200 with a `status` that
 * says so. Source: netdrms-export B7 to B9.
 */
export const jsocFetch: Query = async (context) => {
  let format: ReplyFormat = "json";
  try {
    format = replyFormat(context.words.get("format"));
    const op = context.words.get("op") ?? "";
    if (!OPERATIONS.has(op))
      throw new DasError(
        "BAD_PARAMETER",
        `op=${op.slice(0, 40)}, expected exp_request, exp_status or exp_su`,
      );
    const operation = OPERATIONS.get(op);
    if (operation === undefined) throw new DasError("BAD_PARAMETER", "operation not implemented");
    return await operation(context, format);
  } catch (thrown) {
    const error = publicError(requestTrouble(thrown));
    // How busy the server is, is said to proxies as well; who has left is told nothing.
    if (error.code === "CANCELLED" || error.code === "OVERLOADED") throw error;
    context.trace.fail(error, OUTCOME[error.code].status >= 500 ? "failed" : "refused");
    return fetchResponse(refusalReply(error, context.site.config.contactEmail), format);
  }
};
