import { onlyAsFile } from "../../dsdf/file-type.js";
import { answerData } from "../data/answer.js";
import { prepareData } from "../data/prepare.js";
import type { Query } from "../query.js";

/** `server=dataset`: data of a source in a range, at a resolution. Source: das2-server 2.7. */
export const dataset: Query = async (context) => {
  const prepared = await prepareData(context);
  return "elsewhere" in prepared ? prepared.elsewhere : answerData(prepared, context);
};

/**
 * `server=compactdataset`: the same under the only content type that its clients, older Java applications, take for data.
 * Errors: BAD_PARAMETER for a source that gives a file, which these clients would take for a stream.
 * Source: das2-server 2.7, 21.2.
 */
export const compactDataset: Query = async (context) => {
  const prepared = await prepareData(context);
  if ("elsewhere" in prepared) return prepared.elsewhere;
  const { source } = prepared;
  if (source.form === "file") throw onlyAsFile(source.fileType, "server=compactdataset");
  return answerData(prepared, context, { contentType: "application/octet-stream" });
};
