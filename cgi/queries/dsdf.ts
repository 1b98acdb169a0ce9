import { BY_BROWSER, isBrowser } from "../browser.js";
import { datasetWord } from "../data/data-words.js";
import { description } from "../description.js";
import { findSource } from "../find-source.js";
import type { Query } from "../query.js";
import { redirect } from "../redirect.js";

/** `server=dsdf`: the description of one source as the header of a das2 stream; open to all. Source: das2-server 2.6. */
export const dsdf: Query = async (context) => {
  const source = await findSource(context, datasetWord(context.words));
  const elsewhere = await redirect(source, context);
  if (elsewhere !== undefined) return elsewhere;
  const type = isBrowser(context.request.headers["user-agent"])
    ? "text/plain; charset=utf-8"
    : "text/vnd.das2.das2stream";
  return {
    status: 200,
    headers: [["Content-Type", type], BY_BROWSER],
    body: description(source, context.site),
  };
};
