import { DasError } from "../../errors/das-error.js";
import { quoted } from "../data/quoted.js";
import type { Query } from "../query.js";
import { findLocal } from "./find-local.js";
import { flexData } from "./flex-data.js";

/** `/data/ID`: data in the words of an older interface. Source: das2-server 7.2. */
export const olderData: Query = async (context) => {
  const id = context.path.slice("/data/".length).replace(/\/$/, "");
  const found = await findLocal(context, id);
  if (found === undefined) throw new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(id)}`);
  context.trace.source = found.source.id;
  return await flexData(context, found, "flex");
};
